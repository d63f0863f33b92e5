package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
package import Transport

/// The agent as one of its own targets: what it is, and what it finds when it looks. Answered here, on no connection.
package struct AgentItself: Transport {
    private let profile: @Sendable () -> AgentProfile
    private let discover: @Sendable () async -> AgentDiscovery
    private let isTold: @Sendable (EdgeAgent.State) -> Void

    /// - Parameter isTold: called with what the agent is to the platform, each time that the platform says it.
    package init(
        profile: @escaping @Sendable () -> AgentProfile, discover: @escaping @Sendable () async -> AgentDiscovery,
        isTold: @escaping @Sendable (EdgeAgent.State) -> Void = { _ in }
    ) {
        self.profile = profile
        self.discover = discover
        self.isTold = isTold
    }

    package func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        switch (request.method, request.target) {
        case (.get, AgentProfile.path):
            noteState(request.headerFields)
            return try Self.answer(.ok, profile())
        case (.post, AgentProfile.discoveryPath): return try Self.answer(.ok, await discover())
        case (_, AgentProfile.path), (_, AgentProfile.discoveryPath):
            return RemoteResponse(status: .methodNotAllowed, headerFields: [:], body: OnePiece(bytes: nil))
        // Of a later version, perhaps.
        default: return RemoteResponse(status: .notFound, headerFields: [:], body: OnePiece(bytes: nil))
        }
    }

    /// Platforms of earlier versions do not say it.
    private func noteState(_ fields: HTTPFields) {
        if let state = fields[.agentState].flatMap(EdgeAgent.State.init(rawValue:)) { isTold(state) }
    }

    package func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        throw TransportError(.invalidRequest, "the agent itself speaks nothing but HTTP")
    }

    private static func answer(_ status: HTTPResponse.Status, _ value: some Encodable) throws -> RemoteResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = ByteBuffer(data: try encoder.encode(value))
        return RemoteResponse(
            status: status,
            headerFields: [.contentType: "application/json", .contentLength: String(bytes.readableBytes)],
            body: OnePiece(bytes: bytes))
    }
}

/// A body that is there already.
private struct OnePiece: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let bytes: ByteBuffer?

    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ByteBuffer?

        mutating func next() async throws -> ByteBuffer? {
            defer { rest = nil }
            return rest
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: bytes) }
}
