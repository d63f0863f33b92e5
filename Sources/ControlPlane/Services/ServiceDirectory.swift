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
/// The store is the truth; the directory is filled from it at start and follows each change.
package final class ServiceDirectory: Sendable {
    private let entries = NIOLockedValueBox<[Identifier<EdgeService>: DirectoryEntry]>([:])

    func entry(_ id: Identifier<EdgeService>) -> DirectoryEntry? { entries.withLockedValue { $0[id] } }

    var count: Int { entries.withLockedValue { $0.count } }

    var all: [DirectoryEntry] { entries.withLockedValue { Array($0.values) } }

    func put(_ changed: [DirectoryEntry]) {
        entries.withLockedValue { entries in
            for entry in changed { entries[entry.id] = entry }
        }
    }

    func remove(_ id: Identifier<EdgeService>) { entries.withLockedValue { $0[id] = nil } }

    /// Takes the place of all that was there.
    func replaceAll(_ new: [DirectoryEntry]) {
        let byIdentifier = Dictionary(new.map { ($0.id, $0) }) { _, last in last }
        entries.withLockedValue { $0 = byIdentifier }
    }
}
