import Foundation
import HTTPTypes
import NIOHTTP1
import TestSupport
import Testing
import Transport

/// Clients of the tunnel that go away.
@Suite(.timeLimit(.minutes(2))) struct TunnelAbandonTests {
    @Test func `a request whose client goes away before it is answered is given up at the service too`() async throws {
        try await withHangingService { service, _, ended in
            try await withTransportClient { client in
                let platform = try DirectTransport(
                    endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: service.port), usesTLS: false),
                    client: client)
                let request = RemoteRequest(
                    target: service.target, headerFields: [.authorization: service.authorization], timeout: .seconds(1))
                await #expect(throws: TransportError.self) { _ = try await platform.send(request) }
                #expect(await ended.first { true } != nil)
            }
        }
    }

    /// As HAProxy does with `option abortonclose`. The connection is no more before anybody looks whether it is.
    @Test func `so is one whose client resets its connection at once`() async throws {
        try await withHangingService { service, begun, ended in
            let client = try RawClient(port: service.port)
            try client.send(
                "GET \(service.target) HTTP/1.1\r\nHost: edge\r\nAuthorization: \(service.authorization)\r\n\r\n")
            #expect(await begun.first { true } != nil)
            client.reset()
            #expect(await ended.first { true } != nil)
        }
    }
}

/// A service that never answers, reached through a platform.
private struct HangingService {
    let port: Int
    let target: String
    let authorization: String
}

/// - Parameter body: gets when requests begin and when they end at the service.
private func withHangingService(
    _ body:
        @escaping @Sendable (HangingService, _ begun: AsyncStream<Void>, _ ended: AsyncStream<Void>) async throws ->
        Void
) async throws {
    let (begins, begun) = AsyncStream.makeStream(of: Void.self)
    let (ends, ended) = AsyncStream.makeStream(of: Void.self)
    try await withHTTPServer { exchange in
        guard exchange.head.uri == "/hang" else { return try await exchange.respond("well") }
        begun.yield()
        try? await exchange.waitForClose()
        ended.yield()
    } _: { peer in
        try await withControlPlane(proxyTimeout: .seconds(600)) { world in
            let (_, project) = try await world.makeProject()
            let service = try await world.admin.post(
                "/api/v1/projects/\(project)/services",
                ["name": "edge", "category": "custom", "endpoint": "http://127.0.0.1:\(peer.port)"]
            ).expect(201)["id"]
            let port = try #require(URLComponents(string: world.url)?.port)
            try await body(
                HangingService(
                    port: port, target: "/api/v1/services/\(service)/proxy/hang",
                    authorization: "Bearer \(world.admin.token ?? "")"), begins, ends)
        }
    }
}

/// A socket that can be taken away without a goodbye.
private struct RawClient {
    private let descriptor: CInt

    init(port: Int) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
    }

    func send(_ text: String) throws {
        let sent = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        try #require(sent == text.utf8.count)
    }

    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        close(descriptor)
    }
}
