import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

/// A peer that answers as the test says, and a transport bound to it.
struct TransportWorld: Sendable {
    let server: ScriptedHTTPServer
    let client: DirectTransportClient
    let transport: DirectTransport

    func get(_ target: String = "/", timeout: Duration = .seconds(30)) async throws -> RemoteResponse {
        try await transport.send(RemoteRequest(target: target, timeout: timeout))
    }
}

func withPeer<Result: Sendable>(
    basePath: String = "",
    _ answer: @Sendable @escaping (ScriptedExchange) async throws -> Void,
    _ body: @Sendable (TransportWorld) async throws -> Result
) async throws -> Result {
    try await withHTTPServer(answer) { server in try await connected(to: server, basePath, body) }
}

/// A peer that writes `bytes` to whoever connects and has said something, then closes.
func withRawPeer<Result: Sendable>(
    saying bytes: String, thenCloses: Bool = true, _ body: @Sendable (TransportWorld) async throws -> Result
) async throws -> Result {
    try await withRawServer { inbound, outbound in
        var iterator = inbound.makeAsyncIterator()
        _ = try await iterator.next()
        try await outbound.write(ByteBuffer(string: bytes))
        if !thenCloses { while try await iterator.next() != nil {} }
    } _: { server in
        try await connected(to: server, "", body)
    }
}

func connected<Result: Sendable>(
    to server: ScriptedHTTPServer, _ basePath: String = "", _ body: @Sendable (TransportWorld) async throws -> Result
) async throws -> Result {
    try await withTransportClient { client in
        let endpoint = RemoteEndpoint(
            address: .tcp(host: "127.0.0.1", port: server.port), usesTLS: false, basePath: basePath)
        return try await body(
            TransportWorld(
                server: server, client: client, transport: try DirectTransport(endpoint: endpoint, client: client)))
    }
}

/// The transport's error that `body` ends with.
func transportError(_ body: () async throws -> Void) async throws -> TransportError {
    do {
        try await body()
    } catch let error as TransportError {
        return error
    }
    throw WorldError("no error came")
}

/// Bytes that the test makes as they are asked for; counts how many were.
struct MadeBytes: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error
    let chunk: ByteBuffer
    let count: Int
    var afterEach: @Sendable (Int) async throws -> Void = { _ in }

    struct AsyncIterator: AsyncIteratorProtocol {
        let source: MadeBytes
        var made = 0

        mutating func next() async throws -> ByteBuffer? {
            guard made < source.count else { return nil }
            made += 1
            try await source.afterEach(made)
            return source.chunk
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: self) }
}

extension RemoteResponse {
    func text() async throws -> String { String(buffer: try await collect(upTo: 1 << 20)) }
}

/// Waits until something holds that comes about by itself.
func eventually(_ what: String, _ holds: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while !holds() {
        guard ContinuousClock.now < end else { throw WorldError("it did not come about: \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
