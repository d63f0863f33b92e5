package import AgentIdentity
package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
package import Transport

/// What an agent says to its platform: three small requests, and the dialling of tunnels.
///
/// Everything throws `PlatformRefusal` for an answer that is no success, `TransportError` where there is none, or
/// `CancellationError`.
package struct PlatformClient: Sendable {
    private static let timeout = Duration.seconds(20)
    private static let answerLimit = 64 << 10

    private let settings: AgentSettings
    private let client: DirectTransportClient
    private let turn: ServerTurn
    /// Made anew at each start of the program: two at a time with one key are a copy.
    private let instance = UUID().uuidString.lowercased()

    package init(_ settings: AgentSettings, client: DirectTransportClient) {
        self.settings = settings
        self.client = client
        turn = ServerTurn(settings.servers)
    }

    /// Where it is asked at present.
    package var server: ServiceEndpoint { turn.current.address }

    /// What the next proof is made over. Everything else begins with it, so it finds out which address answers: the one
    /// that did so last is asked first, and then the others in turn.
    package func challenge() async throws -> AgentChallenge {
        var failure: (any Error)?
        for server in turn.inTurn {
            do {
                let challenge: AgentChallenge = try decode(try await post(AgentPath.challenge, body: nil, to: server))
                turn.use(server)
                return challenge
            } catch {
                guard ServerTurn.isOfAddress(error) || (error as? PlatformRefusal)?.status == 404 else { throw error }
                failure = error
            }
        }
        throw failure ?? CancellationError()
    }

    /// Makes the platform know the key. Once more does no harm.
    package func enroll(
        over challenge: AgentChallenge, _ key: AgentKeyPair, _ profile: AgentProfile
    ) async throws -> EnrolledAgent {
        let proof = try proof(.enroll, over: challenge, by: key)
        let request = EnrollAgentRequest(
            proof: proof, publicKey: key.publicKey.base64EncodedString(), token: try token(), profile: profile)
        return try decode(try await post(AgentPath.enroll, body: JSONEncoder().encode(request)))
    }

    /// Has one key known in place of the other.
    package func rotate(over challenge: AgentChallenge, from key: AgentKeyPair, to next: AgentKeyPair) async throws {
        let name = next.fingerprint.description
        let request = RotateAgentKeyRequest(
            proof: try proof(.rotate, over: challenge, by: key, next: name),
            nextProof: try proof(.rotate, over: challenge, by: next, next: name),
            publicKey: next.publicKey.base64EncodedString())
        _ = try await post(AgentPath.rotate, body: JSONEncoder().encode(request))
    }

    /// Opens one tunnel, which serves `targets` by itself until it is closed.
    package func dial(
        over challenge: AgentChallenge, _ key: AgentKeyPair, serving targets: any TunnelTargets
    ) async throws -> TunnelServer {
        let proof = try proof(.connect, over: challenge, by: key)
        let server = turn.current
        do {
            return try await TunnelDialer(platform: try endpoint(of: server), client: client)
                .serve(targets, at: AgentPath.tunnel, proof: proof, timeout: Self.timeout)
        } catch let refusal as DialRefusal {
            let refusal = PlatformRefusal(refusal)
            // What stands before this one may not let an upgrade pass, and before the next one it may.
            if ServerTurn.isOfAddress(refusal) || refusal.isNoUpgrade { turn.leave(server) }
            throw refusal
        } catch let error as TransportError {
            turn.leave(server)
            throw error
        }
    }

    private func proof(
        _ purpose: AgentProof.Purpose, over challenge: AgentChallenge, by key: AgentKeyPair, next: String? = nil
    ) throws -> String {
        let proof = AgentProof(
            audience: challenge.audience, nonce: challenge.nonce, purpose: purpose, issuedAt: challenge.issuedAt,
            expiresAt: challenge.expiresAt, instance: instance, next: next)
        return try SignedProof(proof, by: key).text
    }

    /// Files are read when they are needed: one that was mended meanwhile is good the next time.
    private func token() throws -> String? {
        guard let file = settings.tokenFile else { return settings.token }
        let text = try Self.text(file, "with the token")
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func endpoint(of server: AgentSettings.Server) throws -> RemoteEndpoint {
        let address = server.address
        let authorities = try settings.authorities.map { try Self.text($0, "of authorities") }
        return RemoteEndpoint(
            address: .tcp(host: address.host, port: address.port), usesTLS: address.scheme == .https,
            basePath: address.basePath, verification: .full(authorities: authorities), proxy: server.proxy)
    }

    private static func text(_ file: String, _ what: String) throws -> String {
        do {
            return try String(contentsOf: URL(filePath: file), encoding: .utf8)
        } catch {
            throw TransportError(.invalidRequest, "the file \(what), \(file), can't be read", cause: error)
        }
    }
}

// MARK: The small requests

extension PlatformClient {
    private static let fields: HTTPFields = [
        .accept: "application/json", .userAgent: "edgewright-agent/\(AgentProgram.version)",
    ]

    /// - Parameter server: the current one when absent.
    private func post(
        _ path: String, body: Data?, to server: AgentSettings.Server? = nil
    ) async throws -> ByteBuffer {
        var request = RemoteRequest(
            method: .post, target: path, headerFields: Self.fields, timeout: Self.timeout, idleTimeout: Self.timeout)
        if let body {
            request.headerFields[.contentType] = "application/json"
            request.body = .bytes(ByteBuffer(data: body))
        }
        let answer = try await DirectTransport(endpoint: try endpoint(of: server ?? turn.current), client: client).send(
            request)
        guard answer.status.kind == .successful else {
            // The status says enough, when the rest of a proxy's page is too long or never comes.
            let words = try? await answer.collect(upTo: Self.answerLimit, within: Self.timeout)
            throw PlatformRefusal(
                status: answer.status.code,
                retryAfter: answer.headerFields[.retryAfter].flatMap { Int64($0) }.map(Double.init),
                body: words ?? ByteBuffer())
        }
        return try await answer.collect(upTo: Self.answerLimit, within: Self.timeout)
    }

    private func decode<Value: Decodable>(_ body: ByteBuffer) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(buffer: body))
        } catch {
            throw TransportError(.invalidResponse, "the platform's answer is not understood", cause: error)
        }
    }
}
