import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

@Suite struct TargetGuardTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false), ("172.16.0.0/12", "172.31.255.255", true),
        ("172.16.0.0/12", "172.32.0.0", false),
        ("fe80::/10", "fe80::1%eth0", true), ("fe80::/10", "fec0::1", false), ("0.0.0.0/0", "::1", false),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("10.0.0.0/8", "host", false),
    ])
    func `a range holds the addresses of its network`(range: String, address: String, holds: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == holds)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0/8", "::/129", "host", "10.0.0.0/x", "10.0.0.0/-1"])
    func `what is no network is none`(text: String) { #expect(AddressRange(text) == nil) }

    /// - Returns: what came of asking a listener on 127.0.0.1, and how many requests it saw.
    private func ask(
        _ targets: TargetGuard, at host: String = "localhost", upgrade: Bool = false, ownPort: Bool = false
    ) async throws -> (error: TransportError?, status: Int?) {
        try await withHTTPServer {
            try await $0.respond("seen")
        } _: { server in
            if ownPort { targets.refuseListeners(ports: [server.port, 1]) }
            let client = DirectTransportClient(targets: targets)
            // By name: what it stands for is seen only at the connection.
            let transport = try DirectTransport(
                endpoint: RemoteEndpoint(address: .tcp(host: host, port: server.port), usesTLS: false),
                client: client)
            var outcome: (error: TransportError?, status: Int?)
            do {
                let request = RemoteRequest(
                    target: "/", headerFields: [.connection: "Upgrade", .upgrade: "x"], timeout: .seconds(30))
                outcome.status =
                    upgrade
                    ? try await transport.upgrade(request).response.status.code
                    : try await transport.send(RemoteRequest(target: "/", timeout: .seconds(30))).status.code
            } catch let error as TransportError {
                outcome.error = error
            }
            await client.shutdown()
            return outcome
        }
    }

    @Test(arguments: [false, true])
    func `an address that must not be reached gets nothing`(upgrade: Bool) async throws {
        let loopback = ["127.0.0.0/8", "::1"].compactMap(AddressRange.init)
        let refused = try await ask(TargetGuard(refused: loopback), upgrade: upgrade)
        #expect(refused.error?.kind == .pathDown)
        #expect(refused.error?.message.contains("set up not to connect to") == true)
        #expect(try await ask(TargetGuard(), upgrade: upgrade).status == 200)
    }

    @Test(arguments: [false, true])
    func `the platform's own listener is not reached, whatever it is called`(upgrade: Bool) async throws {
        let refused = try await ask(TargetGuard(), upgrade: upgrade, ownPort: true)
        #expect(refused.error?.kind == .pathDown)
        #expect(refused.error?.message.contains("is Edgewright itself") == true)
    }
}
