/// A bulk change, as the API shows it.
package struct Batch: Codable, Equatable, Sendable, Identifiable {
    package var id: Identifier<Batch>
    package var projectId: Identifier<Project>
    package var kind: BatchKind
    package var state: BatchState
    package var direction: BatchDirection
    /// Why it is where it is; empty when there is nothing to say.
    package var reason: String
    package var parameters: BatchParameters
    package var policy: BatchPolicy
    package var counts: BatchCounts
    /// From 1.
    package var wave: Int
    package var waves: Int
    /// The counts of each wave; only in the answer for one batch, when it has several.
    package var waveCounts: [BatchCounts]?
    /// The address of the account that asked for it.
    package var createdBy: String
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?

    package init(
        id: Identifier<Batch>, projectId: Identifier<Project>, request: CreateBatchRequest, policy: BatchPolicy,
        createdBy: String, createdAt: Timestamp
    ) {
        self.id = id
        self.projectId = projectId
        kind = request.kind
        state = .pending
        direction = .forward
        reason = ""
        parameters = request.parameters ?? BatchParameters()
        self.policy = policy
        counts = BatchCounts()
        wave = 1
        waves = 1
        self.createdBy = createdBy
        self.createdAt = createdAt
    }
}

/// What a kind of batch is to do with its targets.
package struct BatchParameters: Codable, Equatable, Sendable {
    /// `tag`: names of tags to put on.
    package var add: [String]?
    /// `tag`: names of tags to take off.
    package var remove: [String]?

    /// `install`: what the names of the new services begin with, 1 to 20 characters.
    package var namePrefix: String?
    /// `install`: the same number gives the same names, as long as they are free: those of a dry run are those of the
    /// batch that follows it.
    package var nameSeed: Int?
    /// `install`: `neuronex` when absent.
    package var category: ServiceCategory?
    /// `install`, `upgrade`: of the list of images. `install` takes the category's default when absent.
    package var image: Identifier<ContainerImage>?
    /// `install`: what differs from the category's defaults.
    package var settings: WorkloadSettings?
    /// `install`: whether the services ask who calls them; they are given the platform's public key then.
    package var authentication: Bool?
    /// `install`: names of tags for the new services.
    package var tags: [String]?

    /// `delete`: the data of hosted services too.
    package var deleteVolumes: Bool?
    /// `delete`: hosts that don't answer are gone for good.
    package var force: Bool?

    package init(add: [String]? = nil, remove: [String]? = nil) {
        self.add = add
        self.remove = remove
    }
}

/// One target of a batch.
package struct BatchItem: Codable, Equatable, Sendable {
    package var position: Int
    package var serviceId: Identifier<EdgeService>
    package var name: String
    package var hostId: Identifier<EdgeHost>?
    package var hostName: String?
    /// From 1.
    package var wave: Int
    package var state: BatchItemState
    /// While it runs, what is being done; later, why it is where it is.
    package var reason: String
    package var attempts: Int
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?

    package init(position: Int, serviceId: Identifier<EdgeService>, name: String, wave: Int) {
        self.position = position
        self.serviceId = serviceId
        self.name = name
        self.wave = wave
        state = .pending
        reason = ""
        attempts = 0
    }
}

/// Which services a batch is for: some by id, or all that a filter finds when it is asked for. `install` names hosts.
package struct BatchTargets: Codable, Equatable, Sendable {
    package static let maximum = 100_000

    package var ids: [Identifier<EdgeService>]?
    /// As of the list of services; an empty one is all services of the project.
    package var filter: ServiceFilter?
    /// Of what the filter finds, these are left alone.
    package var except: [Identifier<EdgeService>]?
    /// `install`: where.
    package var hosts: [Identifier<EdgeHost>]?
    /// `install`: so many services, spread over the hosts; one on each when absent.
    package var count: Int?

    package init(
        ids: [Identifier<EdgeService>]? = nil, filter: ServiceFilter? = nil, except: [Identifier<EdgeService>]? = nil
    ) {
        self.ids = ids
        self.filter = filter
        self.except = except
    }

    package init(hosts: [Identifier<EdgeHost>], count: Int? = nil) {
        self.hosts = hosts
        self.count = count
    }
}

package struct CreateBatchRequest: Codable, Sendable {
    package var kind: BatchKind
    package var targets: BatchTargets
    package var parameters: BatchParameters?
    package var policy: BatchPolicy?

    package init(
        kind: BatchKind, targets: BatchTargets, parameters: BatchParameters? = nil, policy: BatchPolicy? = nil
    ) {
        self.kind = kind
        self.targets = targets
        self.parameters = parameters
        self.policy = policy
    }
}

/// What a batch would do, without doing it.
package struct BatchPlan: Codable, Equatable, Sendable {
    /// So many of the targets are shown.
    package static let maximumItems = 200

    package struct Wave: Codable, Equatable, Sendable {
        package var targets: Int
        /// The first of them, by name.
        package var examples: [String]

        package init(targets: Int, examples: [String]) {
            self.targets = targets
            self.examples = examples
        }
    }

    /// One target, for a preview.
    package struct Item: Codable, Equatable, Sendable {
        package var name: String
        package var hostName: String?
        /// What becomes of it: "neuronex:3.6.0, port 8085".
        package var note: String
        /// Whether it will fail as things are now, for the reason in the note.
        package var isRefused: Bool?

        package init(name: String, hostName: String? = nil, note: String = "") {
            self.name = name
            self.hostName = hostName
            self.note = note
        }
    }

    package var total: Int
    /// Targets that the platform has installed, or will: what is done to them is done to their containers too.
    package var hosted: Int
    /// Targets that somebody else runs.
    package var managed: Int
    package var waves: [Wave]
    /// Targets that are offline now.
    package var offline: Int
    /// Services that the filter finds and that a batch of this kind is not for.
    package var leftOut: Int
    /// What a person should know before it is begun, in sentences.
    package var warnings: [String]
    /// The first of the targets.
    package var items: [Item]

    package init(
        total: Int, hosted: Int, waves: [Wave], offline: Int, leftOut: Int = 0, warnings: [String] = [],
        items: [Item] = []
    ) {
        self.total = total
        self.hosted = hosted
        managed = total - hosted
        self.waves = waves
        self.offline = offline
        self.leftOut = leftOut
        self.warnings = warnings
        self.items = items
    }
}
