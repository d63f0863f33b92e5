/// What a hosted service is to be on its host, and what was last seen of it there.
package struct Workload: Codable, Equatable, Sendable {
    package enum Desired: String, Codable, Sendable, CaseIterable {
        case running
        case stopped
    }

    package var serviceId: Identifier<EdgeService>
    package var hostId: Identifier<EdgeHost>
    package var hostName: String
    package var image: ImageReference
    /// Of the image as it was pulled: `sha256:…`.
    package var digest: String?
    package var desired: Desired
    /// Complete: every port has its port on the host.
    package var settings: WorkloadSettings
    /// Of what was made last; another one for each install, upgrade and repair.
    package var revision: String
    package var container: ContainerState?
    /// In a sentence, how what runs differs from what was asked for.
    package var drift: String?

    package init(
        serviceId: Identifier<EdgeService>, hostId: Identifier<EdgeHost>, hostName: String, image: ImageReference,
        settings: WorkloadSettings, revision: String
    ) {
        self.serviceId = serviceId
        self.hostId = hostId
        self.hostName = hostName
        self.image = image
        digest = nil
        desired = .running
        self.settings = settings
        self.revision = revision
        container = nil
        drift = nil
    }
}

extension Workload {
    /// Begins the names of all labels by which the platform knows its own containers and volumes.
    package static let labelPrefix = "io.edgewright"
    /// With the id of the service that a container or volume is for.
    package static let serviceLabel = "\(labelPrefix).service"

    private static let repairMark: Character = "~"

    /// Whether it is what this batch has made of it: a repair since then has only made the same anew.
    package func isMade(by batch: Identifier<Batch>) -> Bool {
        revision.prefix { $0 != Self.repairMark } == batch.rawValue
    }

    /// The same made anew: another revision, still by the same batch.
    package mutating func renew(by repair: Identifier<Batch>) {
        revision = "\(revision.prefix { $0 != Self.repairMark })\(Self.repairMark)\(repair)"
    }
}

/// A service's container, as its engine told.
package struct ContainerState: Codable, Equatable, Sendable {
    package enum State: String, Codable, Sendable, CaseIterable {
        case created, running, paused, restarting, exited, dead, removing
    }

    package var id: String
    package var state: State
    /// The name it was made from.
    package var image: String
    package var startedAt: Timestamp?
    package var exitCode: Int?
    /// How often the engine has started it anew by itself.
    package var restarts: Int
    package var seenAt: Timestamp

    package init(
        id: String, state: State, image: String, startedAt: Timestamp? = nil, exitCode: Int? = nil, restarts: Int = 0,
        seenAt: Timestamp
    ) {
        self.id = id
        self.state = state
        self.image = image
        self.startedAt = startedAt
        self.exitCode = exitCode
        self.restarts = restarts
        self.seenAt = seenAt
    }
}

/// All that the engine says of a service's container at the moment, for people.
package struct ContainerInspection: Codable, Equatable, Sendable {
    package struct Mount: Codable, Equatable, Sendable {
        package var source: String
        package var target: String
        package var readOnly: Bool

        package init(source: String, target: String, readOnly: Bool) {
            self.source = source
            self.target = target
            self.readOnly = readOnly
        }
    }

    package var state: ContainerState
    package var name: String
    package var digest: String?
    package var finishedAt: Timestamp?
    package var ports: [WorkloadSettings.Port]
    package var mounts: [Mount]
    /// Names only: values may be secrets.
    package var environment: [String]
    package var networks: [String]
    /// `healthy`, `unhealthy` or `starting` where the image has a check of its own.
    package var health: String?

    package init(state: ContainerState, name: String) {
        self.state = state
        self.name = name
        ports = []
        mounts = []
        environment = []
        networks = []
    }
}
