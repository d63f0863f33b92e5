import Fleet

extension FleetDriver: Listed {
    var listName: String { "\(service.id)/\(name)" }

    static var columns: [Column<FleetDriver>] {
        [
            .full("serviceId") { $0.service.id.rawValue },
            .slim("service") { $0.service.name },
            .full("serviceStatus") { $0.service.status.rawValue },
            .slim("driver") { $0.name },
            .slim("plugin") { $0.plugin ?? "" },
            .slim("direction") { $0.direction.rawValue },
            .slim("state", style: { $0.state.style }, { $0.state.rawValue }),
        ]
    }
}

extension DriverCondition {
    fileprivate var style: TextStyle {
        switch self {
        case .connected: .good
        case .disconnected: .bad
        case .notRunning: .doubtful
        }
    }
}

extension FleetRule: Listed {
    var listName: String { "\(service.id)/\(id)" }

    static var columns: [Column<FleetRule>] {
        [
            .full("serviceId") { $0.service.id.rawValue },
            .slim("service") { $0.service.name },
            .full("serviceStatus") { $0.service.status.rawValue },
            .slim("rule") { $0.id },
            .slim("state", style: { $0.running ? .good : .doubtful }, { $0.state.rawValue }),
            .slim("status") { $0.status },
        ]
    }
}
