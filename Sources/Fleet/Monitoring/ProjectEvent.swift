/// A change within a project, as it is pushed to those who watch.
package enum ProjectEvent: Equatable, Sendable {
    case service(ServiceChange)
    case agent(AgentChange)
    /// Changes were missed or came too many at once: read everything anew.
    case resync
    /// Nothing happened: keeps what lies between from taking the silence for an end.
    case ping
}

/// One service changed.
package struct ServiceChange: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable {
        case created
        case updated
        case deleted
        /// Only what the monitor sees changed: status, reason, version.
        case status
    }

    package var id: Identifier<EdgeService>
    package var change: Kind
    /// The service as it is now; absent when it was deleted.
    package var service: EdgeService?

    package init(id: Identifier<EdgeService>, change: Kind, service: EdgeService?) {
        self.id = id
        self.change = change
        self.service = service
    }
}
