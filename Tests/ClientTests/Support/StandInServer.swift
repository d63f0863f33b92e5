import Client
import Fleet
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// A request as the stand-in got it.
struct StandInRequest: Sendable {
    var method: HTTPMethod
    var uri: String
    var headers: HTTPHeaders
    var body: String

    var path: String { String(uri.prefix { $0 != "?" }) }
}

/// What the stand-in answers.
enum StandInAnswer: Sendable {
    case reply(status: Int, headers: [(String, String)] = [], body: String = "")
    /// Closes the connection instead of answering.
    case hangUp

    static func json(_ body: String, status: Int = 200) -> StandInAnswer {
        .reply(status: status, headers: [("Content-Type", "application/json")], body: body)
    }

    static func problem(_ status: Int, _ body: String, retryAfter: String? = nil) -> StandInAnswer {
        let retry = retryAfter.map { [("Retry-After", $0)] } ?? []
        return .reply(status: status, headers: [("Content-Type", "application/problem+json")] + retry, body: body)
    }
}

/// A server on a port of its own that answers as a test says and remembers what it was asked.
final class StandInServer: Sendable {
    /// Given the request and how many came before it.
    typealias Script = @Sendable (StandInRequest, Int) -> StandInAnswer

    private let script: Script
    private let seen = NIOLockedValueBox<[StandInRequest]>([])

    init(_ script: @escaping Script) { self.script = script }

    var requests: [StandInRequest] { seen.withLockedValue { $0 } }

    fileprivate func answer(_ request: StandInRequest) -> StandInAnswer {
        let before = seen.withLockedValue { requests in
            requests.append(request)
            return requests.count - 1
        }
        return script(request, before)
    }

    fileprivate func start() async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(StandInHandler(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }
}

/// A test's world: a client of a server that answers by `script`.
func withStandIn(
    credential: APICredential = .none, retries: RetryPolicy = RetryPolicy(attempts: 3, firstDelay: .milliseconds(1)),
    answering script: @escaping StandInServer.Script,
    _ body: (APIClient, StandInServer) async throws -> Void
) async throws {
    let server = StandInServer(script)
    let channel = try await server.start()
    let port = channel.localAddress?.port ?? 0
    do {
        try await withAPIClient(server: "http://127.0.0.1:\(port)", credential: credential, retries: retries) {
            try await body($0, server)
        }
    } catch {
        try await channel.close()
        throw error
    }
    try await channel.close()
}

private final class StandInHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: StandInServer
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(server: StandInServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(var bytes): body.writeBuffer(&bytes)
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let request = StandInRequest(
            method: head.method, uri: head.uri, headers: head.headers, body: String(buffer: body))
        body.clear()
        switch server.answer(request) {
        case .hangUp:
            context.close(promise: nil)
        case .reply(let status, let headers, let text):
            var fields = HTTPHeaders(headers)
            fields.add(name: "Content-Length", value: "\(text.utf8.count)")
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
