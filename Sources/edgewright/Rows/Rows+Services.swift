import Fleet

extension Timestamp {
    /// RFC 3339 without the milliseconds that nobody reads.
    var short: String {
        let text = description
        return text.count == 24 ? text.prefix(19) + "Z" : text
    }
}

extension ServiceStatus {
    var style: TextStyle {
        switch self {
        case .online: .good
        case .offline: .bad
        case .unknown: .doubtful
        }
    }
}

extension EdgeService: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<EdgeService>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("status", style: { $0.status.style }, { $0.status.rawValue }),
            .full("reason") { $0.statusReason },
            .full("since") { $0.statusSince?.short ?? "" },
            .full("lastSeen") { $0.lastSeen?.short ?? "" },
            .slim("category") { $0.category.rawValue },
            .slim("version") { $0.version ?? "" },
            .slim("endpoint") { $0.endpoint.description },
            .slim("tags") { $0.tags.joined(separator: ";") },
            .full("auth") { $0.auth.kind.rawValue },
            .full("username") { $0.auth.username ?? "" },
            .full("verifyTLS") { "\($0.verifyTLS)" },
            .full("healthPath") { $0.healthPath ?? "" },
            .full("mode") { $0.mode.rawValue },
            .full("connection") { $0.connection.rawValue },
            .full("agent") { $0.agentName ?? $0.agentId?.rawValue ?? "" },
            .full("host") { $0.hostName ?? "" },
            .full("image") { $0.image ?? "" },
            .full("drift") { $0.drift ?? "" },
            .full("description") { $0.description },
            .full("createdAt") { $0.createdAt.short },
            .full("updatedAt") { $0.updatedAt.short },
            .full("projectId") { $0.projectId.rawValue },
        ]
    }
}

extension Tag: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<Tag>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("services") { "\($0.services)" },
            .full("createdAt") { $0.createdAt.short },
        ]
    }
}

extension ImportFailure: Listed {
    var listName: String { "\(line)" }

    static var columns: [Column<ImportFailure>] {
        [
            .slim("line") { "\($0.line)" },
            .slim("column") { $0.column },
            .slim("reason") { $0.reason },
        ]
    }
}

extension ConnectionCheck: Listed {
    var listName: String { message }

    static var columns: [Column<ConnectionCheck>] {
        [
            .slim("reachable", style: { $0.reachable ? .good : .bad }, { "\($0.reachable)" }),
            .slim("authenticated", style: { $0.authenticated ? .good : .bad }, { "\($0.authenticated)" }),
            .slim("version") { $0.version ?? "" },
            .slim("message") { $0.message },
        ]
    }
}

extension Overview: Listed {
    var listName: String { "\(services.total)" }

    static var columns: [Column<Overview>] {
        [
            .slim("services") { "\($0.services.total)" },
            .slim("online", style: { $0.services.online > 0 ? .good : .plain }, { "\($0.services.online)" }),
            .slim("offline", style: { $0.services.offline > 0 ? .bad : .plain }, { "\($0.services.offline)" }),
            .slim("unknown", style: { $0.services.unknown > 0 ? .doubtful : .plain }, { "\($0.services.unknown)" }),
            .slim("southDrivers") { $0.drivers.south.words },
            .slim("northDrivers") { $0.drivers.north.words },
            .slim("rules") { "\($0.rules.total), \($0.rules.running) running, \($0.rules.stopped) stopped" },
            .slim("tags") { "\($0.tags.used) of \($0.tags.allocated) used" },
            .slim("records") { "\($0.records.in) in, \($0.records.out) out" },
            .slim("members") { "\($0.members)" },
        ]
    }
}

extension Overview.DriverCounts {
    fileprivate var words: String {
        "\(total), \(running) running, \(connected) connected, \(abnormal) abnormal"
    }
}
