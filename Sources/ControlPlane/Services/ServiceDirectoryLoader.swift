import Fleet
import Store

/// Fills the directory from the store, a piece at a time.
struct ServiceDirectoryLoader: Sendable {
    private static let pieceSize = 1000

    let context: ControlPlaneContext
    let directory: ServiceDirectory

    /// - Returns: the records, with the state that was last seen.
    func load() async throws -> [ServiceRecord] {
        var records: [ServiceRecord] = []
        let revision = try await context.read { try $0.auditHead()?.sequence ?? 0 }
        while true {
            let last = records.last?.service.id
            let piece = try await context.read { try $0.services(after: last, limit: Self.pieceSize) }
            records += piece
            guard piece.count == Self.pieceSize else { break }
        }
        directory.replaceAll(try await entries(records), revision: revision)
        return records
    }

    /// Takes over what others changed since a moment; all anew when the numbers do not match after that, as when
    /// something was deleted.
    /// - Returns: the records that were read, and whether they are all there are.
    func refresh(since time: Timestamp) async throws -> (records: [ServiceRecord], isAll: Bool) {
        let (revision, changed, count) = try await context.read { session in
            (
                try session.auditHead()?.sequence ?? 0, try session.services(changedSince: time),
                try session.countServices()
            )
        }
        directory.put(try await entries(changed), revision: revision)
        guard directory.count != count else { return (changed, false) }
        return (try await load(), true)
    }

    /// Reads some services anew.
    /// - Returns: those that are spoken to in another way than before, or were not known.
    func reload(_ ids: [Identifier<EdgeService>]) async throws -> [ServiceRecord] {
        let (revision, records) = try await context.read { session in
            (try session.auditHead()?.sequence ?? 0, try ids.compactMap { try session.service($0) })
        }
        let fresh = try await entries(records)
        let changed = Set(fresh.filter { $0 != directory.entry($0.id) }.map(\.id))
        directory.put(fresh, revision: revision)
        return records.filter { changed.contains($0.service.id) }
    }

    /// Forgets services that are gone; one that is made again with the same id afterwards is known again.
    func forget(_ ids: [Identifier<EdgeService>]) async throws {
        let revision = try await context.read { try $0.auditHead()?.sequence ?? 0 }
        for id in ids { directory.remove(id, revision: revision) }
    }

    private func entries(_ records: [ServiceRecord]) async throws -> [DirectoryEntry] {
        var organizations: [Identifier<Project>: Identifier<Organization>] = [:]
        for project in Set(records.map(\.service.projectId)) {
            organizations[project] = try await context.read { try $0.project(project)?.orgId }
        }
        return records.compactMap { record in
            organizations[record.service.projectId].map { DirectoryEntry(record, orgId: $0) }
        }
    }
}
