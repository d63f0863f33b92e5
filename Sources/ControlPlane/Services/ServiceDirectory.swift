package import Fleet
import NIOConcurrencyHelpers
import Store

/// What is needed to speak to a service, and to decide who may.
package struct DirectoryEntry: Sendable, Equatable {
    package let id: Identifier<EdgeService>
    package let projectId: Identifier<Project>
    package let orgId: Identifier<Organization>
    package let name: String
    package let category: ServiceCategory
    package let connection: ServiceConnection
    package let endpoint: ServiceEndpoint
    package let verifyTLS: Bool
    package let healthPath: String?
    package let auth: ServiceAuthentication
    let sealedPassword: String?

    init(_ record: ServiceRecord, orgId: Identifier<Organization>) {
        let service = record.service
        id = service.id
        projectId = service.projectId
        self.orgId = orgId
        name = service.name
        category = service.category
        connection = service.connection
        endpoint = service.endpoint
        verifyTLS = service.verifyTLS
        healthPath = service.healthPath
        auth = service.auth
        sealedPassword = record.sealedPassword
    }
}

/// Every service of the fleet in memory, for what can't wait for the store: probing and proxying.
///
/// The store is the truth; the directory is filled from it at start and follows each change. Changes are committed one
/// after the other, but what follows a commit is not ordered: so each comes with its number, and an older one never takes
/// the place of a newer one.
package final class ServiceDirectory: Sendable {
    /// Deletions that are remembered, so that a change from before does not bring a service back.
    private static let rememberedDeletions = 50_000

    private struct State {
        var entries: [Identifier<EdgeService>: DirectoryEntry] = [:]
        var revisions: [Identifier<EdgeService>: Int64] = [:]
        var deleted: [Identifier<EdgeService>: Int64] = [:]

        mutating func put(_ entry: DirectoryEntry, _ revision: Int64) {
            guard revision >= revisions[entry.id, default: 0], revision > deleted[entry.id, default: -1] else { return }
            entries[entry.id] = entry
            revisions[entry.id] = revision
        }

        mutating func remove(_ id: Identifier<EdgeService>, _ revision: Int64) {
            guard revision >= revisions[id, default: 0] else { return }
            entries[id] = nil
            revisions[id] = nil
            if deleted.count >= ServiceDirectory.rememberedDeletions { deleted.removeAll() }
            deleted[id] = revision
        }
    }

    private let state = NIOLockedValueBox(State())

    func entry(_ id: Identifier<EdgeService>) -> DirectoryEntry? { state.withLockedValue { $0.entries[id] } }

    var count: Int { state.withLockedValue { $0.entries.count } }

    /// - Parameter revision: of the change; for what was read, that of the last change before the reading.
    func put(_ changed: [DirectoryEntry], revision: Int64) {
        state.withLockedValue { state in
            for entry in changed { state.put(entry, revision) }
        }
    }

    func remove(_ id: Identifier<EdgeService>, revision: Int64) { state.withLockedValue { $0.remove(id, revision) } }

    /// All that there is, as it was read after the change `revision`: what is not in it is gone, unless it came later.
    func replaceAll(_ all: [DirectoryEntry], revision: Int64) {
        let identifiers = Set(all.map(\.id))
        state.withLockedValue { state in
            for entry in all { state.put(entry, revision) }
            for id in state.entries.keys where !identifiers.contains(id) && state.revisions[id, default: 0] <= revision
            {
                state.remove(id, revision)
            }
        }
    }
}
