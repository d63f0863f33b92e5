import Fleet
import Foundation
import Hosting
import Store
import Transport

/// Makes the way to a host's engine from what the store knows of it.
struct HostConnector: Sendable {
    let client: DirectTransportClient
    let agents: AgentNetwork
    let sealingKey: SealingKey
    /// Names this platform on engines that several share.
    let platform: String

    /// - Throws: `.invalidInput` naming `tls` when a certificate can't be read.
    func connect(_ record: HostRecord) throws -> any WorkloadHost {
        let host = record.host
        let tls: HostTLSRequest? = try record.sealedTLS.map { sealed in
            let json = try sealingKey.open(sealed, for: Self.purpose(of: host.id))
            return try JSONDecoder().decode(HostTLSRequest.self, from: Data(json.utf8))
        }
        return try connect(host.address, tls: tls, in: host.projectId)
    }

    /// - Parameter project: whose host it is: it must be the agent's too, where it is behind one.
    func connect(
        _ address: HostAddress, tls: HostTLSRequest?, in project: Identifier<Project>
    ) throws -> any WorkloadHost {
        DockerHost(transport: try transport(to: address, tls: tls, in: project), platform: platform)
    }

    private func transport(
        to address: HostAddress, tls: HostTLSRequest?, in project: Identifier<Project>
    ) throws -> any Transport {
        do {
            switch address {
            case .agent(let agent, let offer): return agents.transport(to: agent, offer: offer, in: project)
            case .unix(let path):
                let endpoint = RemoteEndpoint(address: .unixSocket(path: path), usesTLS: false)
                return try DirectTransport(endpoint: endpoint, client: client)
            case .tcp(let host, let port):
                return try DirectTransport(endpoint: Self.endpoint(host, port, tls: tls), client: client)
            }
        } catch let error as TransportError {
            throw EdgewrightError(
                .invalidInput, "The certificates can't be used: \(error.message)",
                fields: [FieldError(field: "tls", message: error.message)], cause: error)
        }
    }

    private static func endpoint(_ host: String, _ port: Int, tls: HostTLSRequest?) -> RemoteEndpoint {
        guard let tls else { return RemoteEndpoint(address: .tcp(host: host, port: port), usesTLS: false) }
        var client: RemoteEndpoint.ClientCertificate?
        if let certificate = tls.certificate, let key = tls.key {
            client = RemoteEndpoint.ClientCertificate(chain: certificate, privateKey: key)
        }
        return RemoteEndpoint(
            address: .tcp(host: host, port: port), usesTLS: true, verification: .full(authorities: tls.ca),
            clientCertificate: client)
    }

    func seal(_ tls: HostTLSRequest, of id: Identifier<EdgeHost>) throws -> String {
        try sealingKey.seal(
            String(decoding: try JSONEncoder().encode(tls), as: UTF8.self), for: Self.purpose(of: id))
    }

    private static func purpose(of id: Identifier<EdgeHost>) -> String { "host:\(id):tls" }

    /// Asks an engine who it is.
    func check(_ host: any WorkloadHost, cautions: [String]) async -> HostCheck {
        do {
            return HostCheck(reachable: true, engine: try await host.engine(), warnings: cautions)
        } catch let error as HostingError {
            return HostCheck(reachable: false, reason: error.message, warnings: cautions)
        } catch {
            return HostCheck(reachable: false, reason: "it broke off", warnings: cautions)
        }
    }
}
