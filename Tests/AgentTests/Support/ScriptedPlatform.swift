import AgentIdentity
import Fleet
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOPosix
import Synchronization
import TestSupport
import Transport

/// A platform that takes agents as the contract says, and otherwise as the test says.
final class ScriptedPlatform: Sendable {
    struct Question: Sendable {
        let path: String
        let authorization: String
        let body: Data
    }

    enum Answer: Sendable {
        case status(Int, headers: [(String, String)] = [], body: String = "")
        case upgrade
        /// Closes the connection instead.
        case nothing
    }

    /// Asked before the platform does anything; `nil` lets it.
    typealias Interference = @Sendable (Question) -> Answer?

    private struct State {
        var nonces: Set<String> = []
        var keys: [String: Data] = [:]
        var enrolments: [EnrollAgentRequest] = []
        var instances: Set<String> = []
        var questions: [String] = []
        var interference: Interference?
        /// Does what it is asked, and then says nothing.
        var losesAnswers: Set<String> = []
    }

    private let state = Mutex(State())
    let tunnels: AsyncStream<TunnelClient>
    fileprivate let arrived: AsyncStream<TunnelClient>.Continuation

    init() { (tunnels, arrived) = AsyncStream.makeStream() }

    /// Fingerprints of the agents that it knows.
    var known: Set<String> { state.withLock { Set($0.keys.keys) } }
    var enrolments: [EnrollAgentRequest] { state.withLock { $0.enrolments } }
    var instances: Set<String> { state.withLock { $0.instances } }
    /// Paths, in the order in which they were asked for.
    var questions: [String] { state.withLock { $0.questions } }

    func interfere(_ interference: Interference?) { state.withLock { $0.interference = interference } }
    func loseAnswers(of path: String, _ isLost: Bool = true) {
        state.withLock { state in
            if isLost { state.losesAnswers.insert(path) } else { state.losesAnswers.remove(path) }
        }
    }
    func forgetAll() { state.withLock { $0.keys = [:] } }
    func know(_ key: AgentKeyPair) { state.withLock { $0.keys[key.fingerprint.description] = key.publicKey } }

    func answer(_ question: Question) -> Answer {
        let interference = state.withLock { state in
            state.questions.append(question.path)
            return state.interference
        }
        if let answer = interference?(question) { return answer }
        let answer = (try? usualAnswer(question)) ?? .status(401)
        return state.withLock { $0.losesAnswers.contains(question.path) } ? .nothing : answer
    }

    private func usualAnswer(_ question: Question) throws -> Answer {
        switch question.path {
        case AgentPath.challenge:
            let challenge = AgentChallenge(
                audience: "test", nonce: UUID().uuidString, issuedAt: 1_700_000_000, expiresAt: 1_700_000_060)
            state.withLock { _ = $0.nonces.insert(challenge.nonce) }
            return .status(200, body: String(decoding: try JSONEncoder().encode(challenge), as: UTF8.self))
        case AgentPath.enroll:
            let request = try JSONDecoder().decode(EnrollAgentRequest.self, from: question.body)
            let key = Data(base64Encoded: request.publicKey) ?? Data()
            let fingerprint = try check(request.proof, .enroll, key).fingerprint
            state.withLock { state in
                state.keys[fingerprint.description] = key
                state.enrolments.append(request)
            }
            return .status(200, body: #"{"agentId":"0123456789abcdefghjkmnpqrs","state":"unmanaged"}"#)
        case AgentPath.tunnel:
            let proof = try SignedProof(String(question.authorization.dropFirst("Bearer ".count)))
            guard let key = state.withLock({ $0.keys[proof.fingerprint.description] }) else { return .status(404) }
            let instance = try check(proof.text, .connect, key).proof.instance
            state.withLock { _ = $0.instances.insert(instance) }
            return .upgrade
        case AgentPath.rotate: return try rotate(question)
        default: return .status(404)
        }
    }

    private func rotate(_ question: Question) throws -> Answer {
        let request = try JSONDecoder().decode(RotateAgentKeyRequest.self, from: question.body)
        let old = try SignedProof(request.proof)
        guard let key = state.withLock({ $0.keys[old.fingerprint.description] }) else { return .status(404) }
        let next = Data(base64Encoded: request.publicKey) ?? Data()
        let proof = try check(request.proof, .rotate, key).proof
        guard proof.next == AgentFingerprint(of: next).description,
            try SignedProof(request.nextProof).verified(with: next).nonce == proof.nonce
        else { return .status(401) }
        state.withLock { state in
            state.keys[old.fingerprint.description] = nil
            state.keys[AgentFingerprint(of: next).description] = next
        }
        return .status(204)
    }

    private func check(
        _ text: String, _ purpose: AgentProof.Purpose, _ key: Data
    ) throws -> (fingerprint: AgentFingerprint, proof: AgentProof) {
        let signed = try SignedProof(text)
        let proof = try signed.verified(with: key)
        let isFresh = state.withLock { $0.nonces.remove(proof.nonce) != nil }
        guard isFresh, proof.purpose == purpose, proof.audience == "test", proof.expiresAt == 1_700_000_060 else {
            throw WorldError("this is no proof to \(purpose)")
        }
        return (signed.fingerprint, proof)
    }
}

extension ScriptedPlatform {
    /// Listens for the time of the test.
    func listening<Result: Sendable>(
        on port: Int = 0, _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PlatformHandler(self))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        do {
            let result = try await body(listener.localAddress?.port ?? 0)
            try await listener.close()
            return result
        } catch {
            try await listener.close()
            throw error
        }
    }
}

/// As much HTTP as an agent speaks.
private final class PlatformHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let platform: ScriptedPlatform
    private var received = ""

    init(_ platform: ScriptedPlatform) { self.platform = platform }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard let end = received.range(of: "\r\n\r\n") else { return }
        let lines = received[..<end.lowerBound].components(separatedBy: "\r\n")
        func field(_ name: String) -> String {
            let line = lines.first { $0.lowercased().hasPrefix(name + ":") } ?? ""
            return String(line.dropFirst(name.count + 1)).trimmingCharacters(in: .whitespaces)
        }
        let body = received[end.upperBound...]
        guard body.utf8.count >= Int(field("content-length")) ?? 0 else { return }
        let question = ScriptedPlatform.Question(
            path: String(lines[0].split(separator: " ")[1]), authorization: field("authorization"),
            body: Data(body.utf8))
        received = ""
        write(platform.answer(question), context)
    }

    private func write(_ answer: ScriptedPlatform.Answer, _ context: ChannelHandlerContext) {
        switch answer {
        case .status(let status, let headers, let body):
            var text = "HTTP/1.1 \(status) x\r\n"
            for (name, value) in headers { text += "\(name): \(value)\r\n" }
            // 204 has no body, and so no length either.
            if status != 204 { text += "Content-Length: \(body.utf8.count)\r\n" }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n" + body)), promise: nil)
        case .nothing: context.close(promise: nil)
        case .upgrade:
            guard context.channel.isActive else { return }
            let agreement = "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: edgewright-tunnel/1\r\n\r\n"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: agreement)), promise: nil)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            guard let tunnel = try? TunnelClient(on: context.channel) else { return context.close(promise: nil) }
            platform.arrived.yield(tunnel)
        }
    }
}

/// Answers that are given one after the other, and then no more.
final class Countdown: Sendable {
    private let rest: Mutex<[ScriptedPlatform.Answer]>

    init(_ answers: [ScriptedPlatform.Answer]) { rest = Mutex(answers) }

    func next() -> ScriptedPlatform.Answer? { rest.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}
