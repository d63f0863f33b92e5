import Foundation
import HTTPTypes
import NIOHTTP1
import TestSupport
import Testing
import Transport

/// Clients of the tunnel that go away.
@Suite(.timeLimit(.minutes(2))) struct TunnelAbandonTests {
    @Test func `a request whose client goes away before it is answered is given up at the service too`() async throws {
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        try await withHTTPServer { exchange in
            guard exchange.head.uri == "/hang" else { return try await exchange.respond("well") }
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
                try await withTransportClient { client in
                    let platform = try DirectTransport(
                        endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: port), usesTLS: false),
                        client: client)
                    let request = RemoteRequest(
                        target: "/api/v1/services/\(service)/proxy/hang",
                        headerFields: [.authorization: "Bearer \(world.admin.token ?? "")"], timeout: .seconds(1))
                    await #expect(throws: TransportError.self) { _ = try await platform.send(request) }
                    var iterator = ends.makeAsyncIterator()
                    #expect(await iterator.next() != nil)
                }
            }
        }
    }
}
