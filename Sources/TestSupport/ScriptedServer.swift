import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A request as a scripted server got it.
package struct ScriptedRequest: Sendable {
    package let method: String
    package let target: String
    package let headers: [(String, String)]
}

/// What a scripted server answers.
package struct ScriptedAnswer: Sendable {
    package var status: Int
    package var headers: [(String, String)]
    package var body: String

    package init(status: Int = 200, headers: [(String, String)] = [], body: String = "") {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Runs a real HTTP server that answers as the test says.
/// - Parameter body: gets the server's address: `http://127.0.0.1:PORT`.
package func withScriptedServer<Result>(
    _ answer: @Sendable @escaping (ScriptedRequest) -> ScriptedAnswer,
    body: (String) async throws -> Result
) async throws -> Result {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                try channel.pipeline.syncOperations.addHandler(ScriptedHandler(answer: answer))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        let result = try await body("http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        try await channel.close()
        return result
    } catch {
        try? await channel.close()
        throw error
    }
}

private final class ScriptedHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (ScriptedRequest) -> ScriptedAnswer
    private var head: HTTPRequestHead?

    init(answer: @Sendable @escaping (ScriptedRequest) -> ScriptedAnswer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            let answer = answer(
                ScriptedRequest(
                    method: head.method.rawValue, target: head.uri, headers: head.headers.map { ($0.name, $0.value) }))
            var headers = HTTPHeaders(answer.headers)
            headers.add(name: "Content-Length", value: String(answer.body.utf8.count))
            let response = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
            context.write(wrapOutboundOut(.head(response)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
