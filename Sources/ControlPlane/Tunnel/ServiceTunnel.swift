import Drivers
package import Fleet
package import HTTPTypes
import Store
package import Transport

/// The way to one service for a proxied request.
package struct TunnelRoute: Sendable {
    package let transport: any Transport
    package let endpoint: ServiceEndpoint
    /// The service's name, for messages.
    package let name: String
    private let id: Identifier<EdgeService>
    private let credential: ServiceCredential
    private let driver: any ServiceDriver
    private let authenticator: ServiceAuthenticator

    fileprivate init(_ entry: DirectoryEntry, connector: ServiceConnector) throws {
        transport = try connector.transport(to: entry)
        endpoint = entry.endpoint
        name = entry.name
        id = entry.id
        credential = try connector.credential(of: entry)
        driver = try connector.driver(of: entry)
        authenticator = connector.authenticator
    }

    /// The service's own authentication, when it is in hand without waiting.
    package var cachedCredentialFields: HTTPFields? { authenticator.cachedFields(credential, of: id, driver: driver) }

    /// - Throws: `.unreachable` when the service can't be signed in to.
    package func credentialFields() async throws -> HTTPFields {
        do {
            return try await authenticator.fields(credential, of: id, driver: driver, over: transport)
        } catch let error as EdgewrightError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw EdgewrightError(
                .unreachable, "“\(name)” can't be signed in to: \(ProbeOutcome(error).words)", cause: error)
        }
    }

    /// To be told when the service answers 401, so that the next request signs in anew.
    package func credentialRefused() async { authenticator.forget(id) }
}

extension ProbeOutcome {
    fileprivate var words: String {
        switch self {
        case .answered: "it answered"
        case .refusedCredentials(let reason), .missed(let reason), .pathFailed(let reason): reason
        }
    }
}

/// A session on a service's own page.
package struct PageSession: Sendable {
    package let secret: String
    package let expiresAt: Timestamp
}

/// Reaching services' own APIs and pages through the platform.
package struct ServiceTunnel: Sendable {
    /// From the click to the first request of the page's origin.
    static let ticketLifetime = Duration.seconds(30)
    static let pageSessionLifetime = Duration.seconds(12 * 3600)

    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let directory: ServiceDirectory
    let connector: ServiceConnector
    let access: AccessControl
    let pages: PageSessionCache

    package func route(in access: ServiceAccess) throws -> TunnelRoute {
        guard let entry = directory.entry(access.serviceId) else {
            throw EdgewrightError.notFound("service", access.serviceId.rawValue)
        }
        return try TunnelRoute(entry, connector: connector)
    }

    /// A ticket that opens the service's own page once, within half a minute.
    package func openPage(in access: ServiceAccess) async throws -> String {
        let ticket = Secret.make(prefix: "ewp_")
        let expiresAt = context.now() + Self.ticketLifetime
        let name = directory.entry(access.serviceId)?.name ?? ""
        try await context.write { session in
            try session.insertPageTicket(
                secretHash: Secret.hash(ticket), service: access.serviceId, user: access.caller.principal.userId,
                expiresAt: expiresAt)
            let event = AuditEvent(
                operation: "service.open", target: .init(type: "service", id: access.serviceId.rawValue, name: name),
                orgId: access.project.orgId, projectId: access.project.projectId)
            try recorder.record(event, by: access.caller, in: session)
        }
        return ticket
    }

    /// Takes a ticket for a session on the service's page.
    /// - Throws: `.unauthenticated` when it was used before, has expired, or is for another service.
    package func enterPage(ticket: String, service: Identifier<EdgeService>) async throws -> PageSession {
        let now = context.now()
        let started = PageSession(secret: Secret.make(prefix: "ewp_"), expiresAt: now + Self.pageSessionLifetime)
        let entered = try await context.write { session -> Bool in
            guard let found = try session.consumePageTicket(secretHash: Secret.hash(ticket)), found.expiresAt > now,
                found.serviceId == service
            else { return false }
            try session.insertPageSession(
                secretHash: Secret.hash(started.secret), service: service, user: found.userId,
                expiresAt: started.expiresAt)
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
        let found = try await context.read { session -> (User, [Grant], Timestamp)? in
            guard let record = try session.pageSession(secretHash: hash), record.serviceId == service,
                record.expiresAt > now, let user = try session.user(record.userId), !user.disabled
            else { return nil }
            return (user, try session.grants(of: user.id), record.expiresAt)
        }
        guard let (user, grants, expiresAt) = found else {
            throw EdgewrightError(.unauthenticated, "Open this service's page from Edgewright again.")
        }
        let principal = Principal(
            userId: user.id, email: user.email, isSystemAdmin: user.systemAdmin, grants: grants)
        let caller = Caller(principal: principal, user: user, session: nil, address: address)
        pages.store(caller, hash, of: service, until: expiresAt, at: now)
        return caller
    }
}
