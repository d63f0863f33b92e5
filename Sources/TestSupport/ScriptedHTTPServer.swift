package import NIOCore
package import NIOHTTP1
import NIOPosix
package import NIOSSL
import Synchronization

/// A real server on a port of its own (or a Unix socket) that answers as the test says, byte by byte if need be.
package struct ScriptedHTTPServer: Sendable {
    package typealias Raw = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    package enum Place: Sendable {
        /// 127.0.0.1, any free port.
        case anyPort
        case unixSocket(path: String)
    }

    /// 0 for a Unix socket.
    package let port: Int
    fileprivate let counters = Counters()

    /// Connections accepted so far.
    package var connections: Int { counters.accepted.load(ordering: .relaxed) }
    /// Connections open now.
    package var openConnections: Int { counters.open.load(ordering: .relaxed) }

    fileprivate final class Counters: Sendable {
        let accepted = Atomic(0)
        let open = Atomic(0)
    }
}

/// One request, and the way to answer it.
package struct ScriptedExchange: Sendable {
    package typealias Parts = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    package let head: HTTPRequestHead
    /// Closes with the connection.
    package let channel: any Channel
    fileprivate let bodyParts: BodyParts
    fileprivate let writer: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    /// The next piece of the request's body; `nil` at its end.
    package func nextChunk() async throws -> ByteBuffer? { try await bodyParts.next() }

    package func wholeBody() async throws -> ByteBuffer {
        var whole = ByteBuffer()
        while let chunk = try await nextChunk() { whole.writeImmutableBuffer(chunk) }
        return whole
    }

    package func respond(
        _ status: HTTPResponseStatus = .ok, _ headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()
    ) async throws {
        var headers = headers
        if !headers.contains(name: "Content-Length"), !headers.contains(name: "Transfer-Encoding") {
            headers.add(name: "Content-Length", value: String(body.readableBytes))
        }
        try await start(status, headers)
        if body.readableBytes > 0 { try await write(body) }
        try await finish()
    }

    package func respond(_ text: String) async throws { try await respond(body: ByteBuffer(string: text)) }

    package func start(_ status: HTTPResponseStatus = .ok, _ headers: HTTPHeaders = [:]) async throws {
        try await writer.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    }

    package func write(_ chunk: ByteBuffer) async throws { try await writer.write(.body(.byteBuffer(chunk))) }
    package func write(_ text: String) async throws { try await write(ByteBuffer(string: text)) }
    package func finish() async throws { try await writer.write(.end(nil)) }

    /// Closes the connection when all that was said has left: closed at once, it drops what the socket has not taken yet.
    package func close() async throws {
        try await channel.eventLoop.flatSubmit { [channel] in
            let sent = channel.eventLoop.makePromise(of: Void.self)
            do {
                let encoder = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                encoder.writeAndFlush(NIOAny(IOData.byteBuffer(ByteBuffer())), promise: sent)
            } catch {
                sent.fail(error)
            }
            return sent.futureResult
        }.get()
        try await channel.close()
    }

    /// Until the client goes away, or the test ends.
    package func waitForClose() async throws { while try await bodyParts.nextPart() != nil {} }
}

/// Runs an HTTP/1.1 server for the time of the test.
package func withHTTPServer<Result: Sendable>(
    at place: ScriptedHTTPServer.Place = .anyPort, tls: NIOSSLContext? = nil,
    _ answer: @Sendable @escaping (ScriptedExchange) async throws -> Void,
    _ body: @Sendable (ScriptedHTTPServer) async throws -> Result
) async throws -> Result {
    try await withServer(at: place, tls: tls) { channel in
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
        return try ScriptedExchange.Parts(wrappingChannelSynchronously: channel)
    } serve: { connection in
        try await connection.executeThenClose { inbound, outbound in
            let parts = BodyParts(inbound.makeAsyncIterator())
            while case .head(let head)? = try await parts.nextPart() {
                let exchange = ScriptedExchange(
                    head: head, channel: connection.channel, bodyParts: parts, writer: outbound)
                parts.begin()
                try await answer(exchange)
                while try await parts.next() != nil {}
            }
        }
    } body: {
        try await body($0)
    }
}

/// Runs a server that speaks whatever the test says.
package func withRawServer<Result: Sendable>(
    at place: ScriptedHTTPServer.Place = .anyPort, tls: NIOSSLContext? = nil,
    _ serve:
        @Sendable @escaping (
            NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) async throws -> Void,
    _ body: @Sendable (ScriptedHTTPServer) async throws -> Result
) async throws -> Result {
    try await withRawConnections(at: place, tls: tls) { inbound, outbound, _ in
        try await serve(inbound, outbound)
    } _: {
        try await body($0)
    }
}

/// The same, for a server that needs the channel itself too.
package func withRawConnections<Result: Sendable>(
    at place: ScriptedHTTPServer.Place = .anyPort, tls: NIOSSLContext? = nil,
    _ serve:
        @Sendable @escaping (
            NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>, any Channel
        ) async throws -> Void,
    _ body: @Sendable (ScriptedHTTPServer) async throws -> Result
) async throws -> Result {
    try await withServer(at: place, tls: tls) { channel in
        try ScriptedHTTPServer.Raw(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    } serve: { connection in
        try await connection.executeThenClose { try await serve($0, $1, connection.channel) }
    } body: {
        try await body($0)
    }
}

private func withServer<In: Sendable, Out: Sendable, Result: Sendable>(
    at place: ScriptedHTTPServer.Place, tls: NIOSSLContext?,
    wrap: @Sendable @escaping (any Channel) throws -> NIOAsyncChannel<In, Out>,
    serve: @Sendable @escaping (NIOAsyncChannel<In, Out>) async throws -> Void,
    body: @Sendable (ScriptedHTTPServer) async throws -> Result
) async throws -> Result {
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.backlog, value: 1024)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
    let initializer: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<In, Out>> = { channel in
        channel.eventLoop.makeCompletedFuture {
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
            let wrapped = try wrap(channel)
            // An async channel made before its channel is active ends the program when it goes away open, and when the
            // test ends there may be connections that nobody took: so it stays until it is closed.
            channel.closeFuture.whenComplete { _ in withExtendedLifetime(wrapped) {} }
            return wrapped
        }
    }
    let listener =
        switch place {
        case .anyPort: try await bootstrap.bind(host: "127.0.0.1", port: 0, childChannelInitializer: initializer)
        case .unixSocket(let path):
            try await bootstrap.bind(unixDomainSocketPath: path, childChannelInitializer: initializer)
        }
    let server = ScriptedHTTPServer(port: listener.channel.localAddress?.port ?? 0)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await accept(listener, server, serve) }
        // Also when the test failed: else the server would be waited for.
        defer { group.cancelAll() }
        return try await body(server)
    }
}

private func accept<In: Sendable, Out: Sendable>(
    _ listener: NIOAsyncChannel<NIOAsyncChannel<In, Out>, Never>, _ server: ScriptedHTTPServer,
    _ serve: @Sendable @escaping (NIOAsyncChannel<In, Out>) async throws -> Void
) async throws {
    try await listener.executeThenClose { connections in
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in connections {
                group.addTask {
                    server.counters.accepted.add(1, ordering: .relaxed)
                    server.counters.open.add(1, ordering: .relaxed)
                    // What goes wrong with one connection is seen by its client, which the test looks at.
                    try? await withTaskCancellationHandler {
                        try await serve(connection)
                    } onCancel: {
                        connection.channel.close(promise: nil)
                    }
                    server.counters.open.subtract(1, ordering: .relaxed)
                }
            }
        }
    }
}

/// `@unchecked`: only the task of one connection uses it, one call after the other.
private final class BodyParts: @unchecked Sendable {
    private var iterator: NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    private var isInBody = false

    init(_ iterator: NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator) { self.iterator = iterator }

    func begin() { isInBody = true }

    func next() async throws -> ByteBuffer? {
        guard isInBody else { return nil }
        if case .body(let chunk)? = try await iterator.next() { return chunk }
        isInBody = false
        return nil
    }

    func nextPart() async throws -> HTTPServerRequestPart? { try await iterator.next() }
}
