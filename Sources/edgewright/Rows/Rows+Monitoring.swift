import Fleet
import Foundation

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

extension ServiceStatusReport: Listed {
    var listName: String { status.rawValue }

    static var columns: [Column<ServiceStatusReport>] {
        [
            .slim("status", style: { $0.status.style }, { $0.status.rawValue }),
            .slim("reason") { $0.statusReason },
            .full("since") { $0.statusSince?.short ?? "" },
            .full("lastSeen") { $0.lastSeen?.short ?? "" },
            .full("reportedAt") { $0.reportedAt?.short ?? "" },
            .slim("version") { $0.report?.version ?? "" },
            .full("system") { $0.report?.system.words ?? "" },
            .full("tags") { $0.report.map { "\($0.tags.used) of \($0.tags.allocated) used" } ?? "" },
            .full("records") { $0.report.map { "\($0.recordsIn) in, \($0.recordsOut) out" } ?? "" },
            .full("drivers") { report in
                report.report?.drivers.map { "\($0.name) (\($0.words))" }.joined(separator: ", ") ?? ""
            },
            .full("rules") { report in
                report.report?.rules.map { "\($0.id) (\($0.status))" }.joined(separator: ", ") ?? ""
            },
        ]
    }
}

extension DriverState {
    fileprivate var words: String {
        let state: DriverCondition = !running ? .notRunning : connected ? .connected : .disconnected
        return "\(direction.rawValue), \(state.rawValue)"
    }
}

extension SystemInformation {
    fileprivate var words: String {
        let parts: [String?] = [
            os, kernel, architecture,
            uptime.map { "up \(Duration.seconds($0).formatted(.units(allowed: [.days, .hours, .minutes])))" },
            memoryUsed.flatMap { used in memoryTotal.map { "\(ByteText.of(used)) of \(ByteText.of($0)) memory" } },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}
