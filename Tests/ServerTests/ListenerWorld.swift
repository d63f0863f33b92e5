import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing
import Transport

@testable import Server

/// A listener with a few routes behind it: `/echo` says what it got, `/from` where from, `/slow` takes its time.
struct ListenerWorld: Sendable {
    let port: Int
    let scheme: String
    /// One for each request that `/slow`, `/change` or `/sip` has begun to answer.
    let slowRequests: AsyncStream<Void>
    /// Lets `/gated` go on, which has sent its head by then.
    let openGate: @Sendable () -> Void
    /// What `/change` and `/sip` have got to the end of: bytes of the body; `nil` when it broke off.
    let ends: AsyncStream<Int?>

    /// One connection, spoken to byte by byte.
    func converse<Result: Sendable>(
        _ body: @Sendable (inout ListenerConversation) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var conversation = ListenerConversation(
                channel: channel.channel, outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&conversation)
        }
    }

    /// What curl prints.
    func curl(_ arguments: String...) async throws -> String {
        let arguments = ["--silent", "--show-error", "--insecure", "--noproxy", "*", "--max-time", "20"] + arguments
        return try await NIOThreadPool.singleton.runIfActive {
            try ChildProcess.run(URL(filePath: "/usr/bin/curl"), arguments).output
        }
    }

    func url(_ path: String) -> String { "\(scheme)://127.0.0.1:\(port)\(path)" }
}

struct ListenerConversation {
    let channel: any Channel
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var unread = ""

    init(
        channel: any Channel, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) {
        self.channel = channel
        self.outbound = outbound
        self.inbound = inbound
    }

    func say(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Up to and with `end`.
    mutating func hear(until end: String) async throws -> String {
        while true {
            if let range = unread.range(of: end) {
                let heard = String(unread[..<range.upperBound])
                unread = String(unread[range.upperBound...])
                return heard
            }
            guard let bytes = try await inbound.next() else {
                throw WorldError("the connection ended after: \(unread)")
            }
            unread += String(buffer: bytes)
        }
    }

    /// Until the other side ends.
    mutating func hearAll() async throws -> String {
        defer { unread = "" }
        do {
            while let bytes = try await inbound.next() { unread += String(buffer: bytes) }
        } catch let error as IOError where error.errnoCode == ECONNRESET {
            // Being cut off while there was something unread is an end as well.
        }
        return unread
    }
}

/// Decides on upgrades as the test says.
struct ScriptedUpgrades: UpgradeResponder {
    var decide: @Sendable (UpgradeRequest) async throws -> AcceptedUpgrade? = { _ in nil }

    func upgrade(_ request: UpgradeRequest) async throws -> AcceptedUpgrade? { try await decide(request) }

    /// Says back what comes.
    static let echo = ScriptedUpgrades { request in
        guard request.protocols == ["echo"] else { return nil }
        return AcceptedUpgrade(protocolName: "echo") { channel, _ in
            try await channel.executeThenClose { inbound, outbound in
                for try await bytes in inbound { try await outbound.write(bytes) }
            }
        }
    }
}

func withListener<Result: Sendable>(
    upgrades: ScriptedUpgrades = .echo, tls: ServerConfiguration.TLSFiles? = nil,
    limits: ListenerLimits = .init(),
    _ body: @Sendable @escaping (ListenerWorld) async throws -> Result
) async throws -> Result {
    let router = Router(context: RequestScope.self)
    router.get("/from") { _, context in context.remoteAddress }
    let (slowRequests, slowRequest) = AsyncStream.makeStream(of: Void.self)
    router.get("/slow") { _, _ in
        slowRequest.yield()
        try await Task.sleep(for: .milliseconds(300))
        return "slow"
    }
    router.get("/slower") { _, _ in
        try await Task.sleep(for: .seconds(3))
        return "slower"
    }
    let (gate, gateOpened) = AsyncStream.makeStream(of: Void.self)
    router.get("/gated") { _, _ in
        Response(
            status: .ok,
            body: ResponseBody { writer in
                for await _ in gate { break }
                try await writer.write(ByteBuffer(string: "open"))
                try await writer.finish(nil)
            })
    }
    let (ends, end) = AsyncStream.makeStream(of: Int?.self)
    router.post("/change") { _, _ in
        slowRequest.yield()
        try await Task.sleep(for: .milliseconds(300))
        end.yield(0)
        return "changed"
    }
    router.head("/body") { _, _ in Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "body"))) }
    router.on("/echo", method: .get) { request, _ in request.head.method.rawValue }
    router.post("/echo") { request, _ in
        var count = 0
        for try await chunk in request.body { count += chunk.readableBytes }
        return "\(count)"
    }
    router.post("/refuse") { _, _ in HTTPResponse.Status.contentTooLarge }
    router.get("/denied") { _, _ in HTTPResponse.Status.forbidden }
    router.get("/stream") { _, _ in
        Response(
            status: .ok,
            body: ResponseBody { writer in
                for word in ["one", " two", " three"] { try await writer.write(ByteBuffer(string: word)) }
                try await writer.finish(nil)
            })
    }
    router.head("/stream") { _, _ in Response(status: .ok, body: ResponseBody { try await $0.finish(nil) }) }
    router.post("/sip") { request, _ in
        var count = 0
        do {
            for try await chunk in request.body {
                if count == 0 {
                    slowRequest.yield()
                    try await Task.sleep(for: .seconds(1))
                }
                count += chunk.readableBytes
            }
        } catch {
            end.yield(nil)
            throw error
        }
        end.yield(count)
        return "\(count)"
    }
    router.get("/big") { _, _ in
        Response(
            status: .ok,
            body: ResponseBody { writer in
                for _ in 0..<200 { try await writer.write(ByteBuffer(repeating: 1, count: 100_000)) }
                try await writer.finish(nil)
            })
    }
    router.get("/page") { _, _ in
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 1, count: 100_000)))
    }
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let listener = Listener(
        responder: router.buildResponder(), upgrades: upgrades, address: .hostname("127.0.0.1", port: 0),
        tls: try tls.map { try ServerCertificate($0).configuration }, limits: limits,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        onListening: { listening.yield($0.localAddress?.port ?? 0) })
    return try await withServices([listener]) {
        guard let port = await ports.first(where: { _ in true }) else { throw WorldError("no port") }
        return try await body(
            ListenerWorld(
                port: port, scheme: tls == nil ? "http" : "https", slowRequests: slowRequests,
                openGate: { gateOpened.yield() }, ends: ends))
    }
}

/// The files of a certificate for 127.0.0.1, for the time of the test.
func withTLSIdentity<Result: Sendable>(
    _ body: (ServerConfiguration.TLSFiles) async throws -> Result
) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "edgewright-listener-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (certificate, key) = try TestCertificates.shared.place(in: folder)
    return try await body(.init(certificate: certificate, privateKey: key))
}
