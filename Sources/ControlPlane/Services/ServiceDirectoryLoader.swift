import Fleet
import Store

/// Fills the directory from the store, a piece at a time.
struct ServiceDirectoryLoader: Sendable {
    private static let pieceSize = 1000

    let context: ControlPlaneContext
    let directory: ServiceDirectory

    /// - Returns: the records, with the state that was last seen.
    func load() async throws -> [ServiceRecord] {
        var organizations: [Identifier<Project>: Identifier<Organization>] = [:]
        var records: [ServiceRecord] = []
        var entries: [DirectoryEntry] = []
        while true {
            let last = records.last?.service.id
            let piece = try await context.read { try $0.services(after: last, limit: Self.pieceSize) }
            for record in piece {
                let project = record.service.projectId
                if organizations[project] == nil {
                    organizations[project] = try await context.read { try $0.project(project)?.orgId }
                }
                guard let organization = organizations[project] else { continue }
                entries.append(DirectoryEntry(record, orgId: organization))
            }
            records += piece
            guard piece.count == Self.pieceSize else { break }
        }
        directory.replaceAll(entries)
        return records
    }
}
