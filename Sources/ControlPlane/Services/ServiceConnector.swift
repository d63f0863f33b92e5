import Drivers
import Fleet
import Transport

/// Makes the way to a service, and what proves the platform to it, from what the directory knows.
package struct ServiceConnector: Sendable {
    let registry: DriverRegistry
    let authenticator: ServiceAuthenticator
    let client: DirectTransportClient
    let agents: AgentNetwork
    let sealingKey: SealingKey

    func transport(to entry: DirectoryEntry, _ lane: ConnectionLane) throws -> any Transport {
        let endpoint = entry.endpoint
        if let agent = endpoint.agent, let offer = endpoint.offer {
            return agents.transport(to: agent, offer: offer, port: endpoint.port, in: entry.projectId)
        }
        do {
            return try DirectTransport(
                endpoint: RemoteEndpoint(
                    address: .tcp(host: endpoint.host, port: endpoint.port), usesTLS: endpoint.scheme == .https,
                    basePath: endpoint.basePath, verification: entry.verifyTLS ? .full(authorities: nil) : .none),
                client: client, lane: lane)
        } catch let error as TransportError {
            throw EdgewrightError(.unreachable, "“\(entry.name)” can't be reached: \(error.message)", cause: error)
        }
    }

    func driver(of entry: DirectoryEntry) throws -> any ServiceDriver { try registry.driver(for: entry.category) }

    func credential(of entry: DirectoryEntry) throws -> ServiceCredential {
        switch entry.auth.kind {
        case .none: return .none
        case .jwt: return .platformToken
        case .password:
            guard let sealed = entry.sealedPassword, let username = entry.auth.username else {
                throw EdgewrightError(.internal, "The service “\(entry.name)” has lost its password.")
            }
            let password = try sealingKey.open(sealed, for: ServiceRules.passwordPurpose(of: entry.id))
            return .password(username: username, password: password)
        }
    }
}
