package import Fleet
import Store

/// Reading the audit log.
package struct AuditLog: Sendable {
    let context: ControlPlaneContext

    package init(context: ControlPlaneContext) { self.context = context }

    /// Entries, the newest first: all for system admins, those of the organizations and projects they administer for
    /// the others, and for a token limited to a project those of that project.
    package func listAudit(_ filter: AuditFilter, _ page: PageRequest, _ caller: Caller) async throws
        -> Page<AuditEntry>
    {
        let scope = try await scope(of: caller.principal)
        return try await context.read { try $0.auditEntries(filter, scope: scope, page) }
    }

    private func scope(of principal: Principal) async throws -> AuditScope {
        if let limit = principal.token?.projectId {
            let project = try await context.read { try $0.project(limit) }
            guard let project, principal.may(.viewAudit, on: .project(limit, of: project.orgId)) else {
                throw EdgewrightError(.permissionDenied, "The audit log is for administrators.")
            }
            return .tenants(organizations: [], projects: [limit])
        }
        if principal.isSystemAdmin { return .everything }
        let visible = principal.grants.filter { $0.role.permits(.viewAudit) }
        guard !visible.isEmpty else {
            throw EdgewrightError(.permissionDenied, "The audit log is for administrators.")
        }
        var organizations: [Identifier<Organization>] = []
        var projects: [Identifier<Project>] = []
        for grant in visible {
            switch grant.scope {
            case .organization(let organization): organizations.append(organization)
            case .project(let project, in: _): projects.append(project)
            }
        }
        return .tenants(organizations: organizations, projects: projects)
    }

    /// Walks the whole chain.
    /// - Returns: how many entries are sound, or at which sequence the chain is broken and why.
    package func verifyAudit() async throws -> AuditVerification {
        var previous: (sequence: Int64, hash: String) = (0, "")
        while true {
            let after = previous.sequence
            let (entries, head) = try await context.read { session in
                (try session.auditEntries(after: after, limit: 1000), try session.auditHead())
            }
            for entry in entries {
                guard entry.sequence == previous.sequence + 1 else {
                    return .broken(sequence: previous.sequence + 1, reason: "the entry is missing")
                }
                guard entry.hash == AuditRecorder.hash(entry, after: previous.hash) else {
                    return .broken(sequence: entry.sequence, reason: "the entry was changed")
                }
                previous = (entry.sequence, entry.hash)
            }
            guard entries.isEmpty else { continue }
            guard let head, head == previous else {
                return .broken(sequence: previous.sequence + 1, reason: "entries at the end are missing")
            }
            return .sound(entries: previous.sequence)
        }
    }
}

/// What checking the audit log's chain found.
package enum AuditVerification: Equatable, Sendable {
    case sound(entries: Int64)
    case broken(sequence: Int64, reason: String)
}
