import Crypto
import Fleet
import Foundation
import Store

/// What happened, before it has its place in the chain.
struct AuditEvent: Sendable {
    /// Dotted noun and verb: `service.create`.
    var operation: String
    var target: AuditEntry.Target
    var orgId: Identifier<Organization>?
    var projectId: Identifier<Project>?
    var detail = ""
    var result = AuditEntry.Result.succeeded
}

/// Appends to the audit log within the transaction of the change itself: neither is there without the other.
struct AuditRecorder: Sendable {
    let now: @Sendable () -> Timestamp

    /// - Throws: `.conflict` when the request's idempotency key was given to another attempt meanwhile.
    func record(_ event: AuditEvent, by caller: Caller, in session: any SQLSession) throws {
        try record([event], by: caller, in: session)
    }

    /// Several at once, in this order.
    func record(_ events: [AuditEvent], by caller: Caller, in session: any SQLSession) throws {
        // What was denied has changed nothing.
        let hasChanged = events.contains { $0.result == .succeeded }
        if let claim = caller.claim, hasChanged, try !session.markCarriedOut(claim) {
            throw EdgewrightError(
                .conflict, "This took so long that another request with the same Idempotency-Key took its place.")
        }
        let actor = AuditEntry.Actor(
            userId: caller.principal.userId, email: caller.principal.email, tokenId: caller.principal.token?.id,
            address: caller.address)
        try record(events, by: actor, in: session)
    }

    func record(_ event: AuditEvent, by actor: AuditEntry.Actor, in session: any SQLSession) throws {
        try record([event], by: actor, in: session)
    }

    func record(_ events: [AuditEvent], by actor: AuditEntry.Actor, in session: any SQLSession) throws {
        let head = try session.lockAuditHead()
        var (sequence, hash) = (head.sequence, head.hash)
        let now = now()
        let entries = events.map { event in
            sequence += 1
            var entry = AuditEntry(
                sequence: sequence, at: now, operation: event.operation, result: event.result, actor: actor,
                target: event.target, orgId: event.orgId, projectId: event.projectId, detail: event.detail, hash: "")
            entry.hash = Self.hash(entry, after: hash)
            hash = entry.hash
            return entry
        }
        try session.appendAudit(entries)
    }

    /// SHA-256 over the previous hash and every field, each with its length in front, so that no two different entries
    /// look the same.
    static func hash(_ entry: AuditEntry, after previous: String) -> String {
        let fields: [String] = [
            previous, String(entry.sequence), String(entry.at.milliseconds), entry.operation, entry.result.rawValue,
            entry.actor.userId?.rawValue ?? "", entry.actor.email, entry.actor.tokenId?.rawValue ?? "",
            entry.actor.address, entry.target.type, entry.target.id, entry.target.name, entry.orgId?.rawValue ?? "",
            entry.projectId?.rawValue ?? "", entry.detail,
        ]
        var hasher = SHA256()
        for field in fields { hasher.update(data: Data("\(field.utf8.count):\(field)".utf8)) }
        return Secret.hex(hasher.finalize())
    }
}

extension AuditEntry.Target {
    init(_ service: EdgeService) { self.init(type: "service", id: service.id.rawValue, name: service.name) }
    init(_ tag: Tag) { self.init(type: "tag", id: tag.id.rawValue, name: tag.name) }
    init(_ user: User) { self.init(type: "user", id: user.id.rawValue, name: user.email) }
    init(_ token: APIToken) { self.init(type: "token", id: token.id.rawValue, name: token.name) }
    init(_ project: Project) { self.init(type: "project", id: project.id.rawValue, name: project.name) }
    init(_ organization: Organization) {
        self.init(type: "organization", id: organization.id.rawValue, name: organization.name)
    }
}
