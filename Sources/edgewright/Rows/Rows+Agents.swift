import Fleet

extension EdgeAgent: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<EdgeAgent>] {
        [
            .full("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("state", style: { $0.stateStyle }, { $0.stateWords }),
            .slim("since") { $0.statusSince?.short ?? "" },
            .full("online") { "\($0.online)" },
            .full("lastSeen") { $0.lastSeen?.short ?? "" },
            .slim("address") { $0.address },
            .full("clone") { $0.clone.map { "\($0.address) at \($0.seenAt.short)" } ?? "" },
            .slim("version") { $0.version },
            .full("system") { $0.system },
            .slim("latency") { $0.latencyMilliseconds.map(LatencyText.of) ?? "" },
            .full("connections") { "\($0.connections)" },
            .full("received") { ByteText.of($0.bytesReceived) },
            .full("sent") { ByteText.of($0.bytesSent) },
            .slim("services") { "\($0.services)" },
            .full("hosts") { "\($0.hosts)" },
            .full("offers") { "\($0.offers)" },
            // Of the offers; a longer title would make the whole table too wide.
            .slim("new", style: { $0.newOffers > 0 ? .doubtful : .plain }, { "\($0.newOffers)" }),
            .full("fingerprint") { $0.fingerprint },
            .full("description") { $0.description },
            .full("createdAt") { $0.createdAt.short },
            .full("updatedAt") { $0.updatedAt.short },
            .full("projectId") { $0.projectId?.rawValue ?? "" },
        ]
    }

    /// What matters first: whether it may be used at all, then whether it is there.
    fileprivate var stateWords: String {
        let words =
            switch state {
            case .unmanaged, .revoked: state.rawValue
            case .managed: online ? "online" : "offline"
            }
        return clone == nil ? words : words + ", clone"
    }

    fileprivate var stateStyle: TextStyle {
        guard clone == nil else { return .bad }
        return switch state {
        case .unmanaged, .revoked: .doubtful
        case .managed: online ? .good : .bad
        }
    }
}

/// An agent of no project, in a list: what it is told apart by takes the place of what it does.
struct UnmanagedAgent: Listed {
    let agent: EdgeAgent

    var listName: String { agent.listName }

    private static let slim: Set<String> = ["name", "address", "fingerprint", "description"]

    static var columns: [Column<UnmanagedAgent>] {
        EdgeAgent.columns.map { column in
            Column(
                title: column.title, isSlim: slim.contains(column.title), style: { column.style($0.agent) },
                value: { column.value($0.agent) })
        }
    }

    func encode(to encoder: any Encoder) throws { try agent.encode(to: encoder) }
}

extension AgentOfferStatus: Listed {
    var listName: String { name }

    static var columns: [Column<AgentOfferStatus>] {
        [
            .slim("name") { $0.name },
            .slim("kind") { $0.kind.rawValue },
            .slim("category") { $0.category?.rawValue ?? "" },
            .slim("url") { $0.url },
            .slim("addedAs", style: { $0.isNew ? .doubtful : .plain }, { $0.isNew ? "new" : $0.addedAs }),
            .full("serviceId") { $0.serviceId?.rawValue ?? "" },
            .full("hostId") { $0.hostId?.rawValue ?? "" },
        ]
    }

    private var addedAs: String {
        [serviceId.map { "service \(serviceName ?? $0.rawValue)" }, hostId.map { "host \(hostName ?? $0.rawValue)" }]
            .compactMap(\.self).joined(separator: ", ")
    }
}

extension AgentDiscovery.Found: Listed {
    var listName: String { name }

    static var columns: [Column<AgentDiscovery.Found>] {
        [
            .slim("name") { $0.name },
            .slim("kind") { $0.kind.rawValue },
            .slim("category") { $0.category?.rawValue ?? "" },
            .slim("url") { $0.url },
            .slim("offered", style: { $0.offered ? .good : .doubtful }, { $0.offered ? "yes" : "no" }),
        ]
    }
}

extension AdoptedOffers: Listed {
    var listName: String { "\(added.count)" }

    static var columns: [Column<AdoptedOffers>] {
        [
            .slim("services") { "\($0.services.count)" },
            .slim("hosts") { "\($0.hosts.count)" },
            .slim("failed", style: { $0.failed.isEmpty ? .plain : .bad }, { "\($0.failed.count)" }),
        ]
    }

    var added: [AdoptedOffer] { services.map(AdoptedOffer.init) + hosts.map(AdoptedOffer.init) }
}

/// A service or host that was made of an agent's offer.
struct AdoptedOffer: Listed {
    let id: String
    let kind: String
    let name: String
    let address: String

    init(_ service: EdgeService) {
        id = service.id.rawValue
        kind = "service"
        name = service.name
        address = service.endpoint.description
    }

    init(_ host: EdgeHost) {
        id = host.id.rawValue
        kind = "host"
        name = host.name
        address = host.address.description
    }

    var listName: String { id }

    static var columns: [Column<AdoptedOffer>] {
        [
            .slim("id") { $0.id },
            .slim("kind") { $0.kind },
            .slim("name") { $0.name },
            .slim("address") { $0.address },
        ]
    }
}

extension AdoptedOffers.Failure: Listed {
    var listName: String { offer }

    static var columns: [Column<AdoptedOffers.Failure>] {
        [
            .slim("offer") { $0.offer },
            .slim("reason") { $0.reason },
        ]
    }
}

/// Times there and back, for people.
enum LatencyText {
    static func of(_ milliseconds: Double) -> String {
        // Below ten the first decimal is what differs.
        guard milliseconds < 9.95 else { return "\(Int(min(milliseconds, 1e9).rounded())) ms" }
        let tenths = (milliseconds * 10).rounded() / 10
        return (Int(exactly: tenths).map(String.init) ?? "\(tenths)") + " ms"
    }
}
