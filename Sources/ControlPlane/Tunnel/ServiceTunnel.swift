import Drivers
package import Fleet
package import HTTPTypes
import Store
package import Transport

/// The way to one service for a proxied request.
package struct TunnelRoute: Sendable {
    package let transport: any Transport
    package let endpoint: ServiceEndpoint
    /// Held for as long as the exchange lasts.
    package let slot: TunnelSlot
    /// The service's name, for messages.
    package let name: String
    private let id: Identifier<EdgeService>
    private let credential: ServiceCredential
    private let driver: any ServiceDriver
    private let authenticator: ServiceAuthenticator

    fileprivate init(_ entry: DirectoryEntry, _ slot: TunnelSlot, connector: ServiceConnector) throws {
        self.slot = slot
        transport = try connector.transport(to: entry, .requests)
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

/// Reaching services' own APIs and pages through the platform.
package struct ServiceTunnel: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let directory: ServiceDirectory
    let connector: ServiceConnector
    let access: AccessControl
    let pages: PageSessionCache
    let slots: TunnelSlots
    let audit: TunnelAudit

    /// To be told of each request that may have changed the service.
    /// - Parameter status: of its answer; `nil` when none came.
    package func noteRequest(_ method: String, _ target: String, status: Int?, in access: ServiceAccess) {
        let path = target.prefix { $0 != "?" }.prefix(500)
        audit.note(
            "\(method) \(path) → \(status.map(String.init) ?? "no answer")",
            result: status.map { $0 < 400 ? .succeeded : .failed } ?? .failed,
            name: directory.entry(access.serviceId)?.name ?? "", in: access)
    }

    /// - Throws: `.rateLimited` when the caller has too many requests under way.
    package func route(in access: ServiceAccess) throws -> TunnelRoute {
        guard let entry = directory.entry(access.serviceId) else {
            throw EdgewrightError.notFound("service", access.serviceId.rawValue)
        }
        let slot = try slots.take(for: access.caller.principal.userId)
        return try TunnelRoute(entry, slot, connector: connector)
    }
}
