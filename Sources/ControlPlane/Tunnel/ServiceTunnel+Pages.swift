package import Fleet
import Store

/// A session on a service's own page.
package struct PageSession: Sendable {
    package let secret: String
    package let expiresAt: Timestamp
}

// Services' own pages. A page's session has the limits of the session or token it was opened with, and ends with it.

extension ServiceTunnel {
    /// From the click to the first request of the page's origin.
    private static let ticketLifetime = Duration.seconds(30)
    private static let pageSessionLifetime = Duration.seconds(12 * 3600)

    /// A ticket that opens the service's own page once, within half a minute.
    package func openPage(in access: ServiceAccess) async throws -> String {
        let ticket = Secret.make(prefix: "ewp_")
        let record = PageSessionRecord(
            serviceId: access.serviceId, userId: access.caller.principal.userId,
            origin: try Self.origin(of: access.caller), expiresAt: context.now() + Self.ticketLifetime)
        let name = directory.entry(access.serviceId)?.name ?? ""
        try await context.write { session in
            try session.insertPageTicket(record, secretHash: Secret.hash(ticket))
            let event = AuditEvent(
                operation: "service.open", target: .init(type: "service", id: access.serviceId.rawValue, name: name),
                orgId: access.project.orgId, projectId: access.project.projectId)
            try recorder.record(event, by: access.caller, in: session)
        }
        return ticket
    }

    private static func origin(of caller: Caller) throws -> PageSessionRecord.Origin {
        if let token = caller.principal.token { return .token(token.id) }
        guard let session = caller.session else {
            throw EdgewrightError(.permissionDenied, "A page can't open another one.")
        }
        return .session(secretHash: session.secretHash)
    }

    /// Takes a ticket for a session on the service's page.
    /// - Throws: `.unauthenticated` when it was used before, has expired, or is for another service.
    package func enterPage(ticket: String, service: Identifier<EdgeService>) async throws -> PageSession {
        let now = context.now()
        let started = PageSession(secret: Secret.make(prefix: "ewp_"), expiresAt: now + Self.pageSessionLifetime)
        let entered = try await context.write { session -> Bool in
            guard var record = try session.consumePageTicket(secretHash: Secret.hash(ticket)), record.expiresAt > now,
                record.serviceId == service
            else { return false }
            record.expiresAt = started.expiresAt
            try session.insertPageSession(record, secretHash: Secret.hash(started.secret))
            return true
        }
        guard entered else {
            throw EdgewrightError(.unauthenticated, "This link has been used or has expired; open the service again.")
        }
        return started
    }

    /// Checks a page's session, and the user's rights as they are now.
    package func pageAccess(
        secret: String, service: Identifier<EdgeService>, permission: Permission, address: String
    ) async throws -> ServiceAccess {
        let hash = Secret.hash(secret)
        let now = context.now()
        let caller: Caller
        if let known = pages.caller(hash, of: service, address: address, at: now) {
            caller = known
        } else {
            caller = try await readCaller(hash, of: service, address: address, at: now)
        }
        return try await access.authorize(caller, permission, service: service)
    }

    private func readCaller(
        _ hash: String, of service: Identifier<EdgeService>, address: String, at now: Timestamp
    ) async throws -> Caller {
        let generation = pages.generation
        let found = try await context.read { session in try Self.read(hash, of: service, at: now, session) }
        guard let found else {
            throw EdgewrightError(.unauthenticated, "Open this service's page from Edgewright again.")
        }
        let caller = Caller(principal: found.principal, user: found.user, session: nil, address: address)
        pages.store(caller, hash, of: service, until: found.until, at: now, generation: generation)
        return caller
    }

    /// - Returns: whose page it is, with the limits of what it was opened with, and until when; `nil` when that is over.
    private static func read(
        _ hash: String, of service: Identifier<EdgeService>, at now: Timestamp, _ session: any SQLSession
    ) throws -> (principal: Principal, user: User, until: Timestamp)? {
        guard let record = try session.pageSession(secretHash: hash), record.serviceId == service,
            let user = try session.user(record.userId), !user.disabled
        else { return nil }
        var principal = Principal(
            userId: user.id, email: user.email, isSystemAdmin: user.systemAdmin, grants: try session.grants(of: user.id)
        )
        var until = record.expiresAt
        switch record.origin {
        case .session(let hash):
            guard let origin = try session.session(secretHash: hash) else { return nil }
            until = min(until, origin.expiresAt)
        case .token(let id):
            guard let token = try session.token(id, of: user.id) else { return nil }
            principal.token = Principal.TokenLimits(token)
            until = min(until, token.expiresAt ?? until)
        }
        return until > now ? (principal, user, until) : nil
    }
}
