import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

@Suite struct DirectTLSTests {
    private let certificates = TestCertificates.shared

    private func withTLSPeer(
        demandsClientCertificate: Bool = false,
        _ body: @Sendable (_ port: Int, DirectTransportClient) async throws -> Void
    ) async throws {
        let tls = try certificates.serverContext(demandsClientCertificate: demandsClientCertificate)
        try await withHTTPServer(tls: tls) { exchange in
            try await exchange.respond(exchange.head.headers.first(name: "host") ?? "")
        } _: { server in
            try await withTransportClient { try await body(server.port, $0) }
        }
    }

    private func get(
        _ client: DirectTransportClient, host: String = "127.0.0.1", port: Int,
        _ verification: RemoteEndpoint.Verification, certificate: RemoteEndpoint.ClientCertificate? = nil
    ) async throws -> String {
        let endpoint = RemoteEndpoint(
            address: .tcp(host: host, port: port), usesTLS: true, verification: verification,
            clientCertificate: certificate)
        return try await DirectTransport(endpoint: endpoint, client: client).send(
            RemoteRequest(target: "/", timeout: .seconds(30))
        ).text()
    }

    @Test func `a certificate of an unknown authority is not trusted, unless none is asked for`() async throws {
        try await withTLSPeer { port, client in
            let error = try await transportError { _ = try await get(client, port: port, .full(authorities: nil)) }
            #expect(error.kind == .tlsFailed)
            #expect(error.message.hasPrefix("the certificate of 127.0.0.1:\(port) is not trusted"))
            #expect(try await get(client, port: port, .none) == "127.0.0.1:\(port)")
            // The one that was let in does not open the way for the other.
            let again = try await transportError { _ = try await get(client, port: port, .full(authorities: nil)) }
            #expect(again.kind == .tlsFailed)
        }
    }

    @Test func `a certificate of a given authority is trusted, for its own names only`() async throws {
        try await withTLSPeer { port, client in
            let verification = RemoteEndpoint.Verification.full(authorities: certificates.authority)
            #expect(try await get(client, port: port, verification) == "127.0.0.1:\(port)")
            #expect(try await get(client, host: "localhost", port: port, verification) == "localhost:\(port)")
            let error = try await transportError {
                _ = try await get(client, host: "127.0.0.2", port: port, verification)
            }
            // 127.0.0.2 reaches the same machine, but not this listener.
            #expect(error.kind == .connectionRefused)
        }
    }

    @Test func `a certificate for another name is not taken`() async throws {
        let tls = try certificates.serverContext()
        try await withHTTPServer(tls: tls) {
            try await $0.respond("")
        } _: { server in
            try await withTransportClient { client in
                let name = "ip6-localhost.localdomain.test"
                let error = try await transportError {
                    _ = try await get(
                        client, host: name, port: server.port, .full(authorities: certificates.authority))
                }
                #expect(error.kind == .unknownHost)
            }
        }
    }

    @Test func `a peer that demands a client certificate gets the given one`() async throws {
        try await withTLSPeer(demandsClientCertificate: true) { port, client in
            let verification = RemoteEndpoint.Verification.full(authorities: certificates.authority)
            let certificate = RemoteEndpoint.ClientCertificate(
                chain: certificates.client, privateKey: certificates.clientKey)
            let host = try await get(client, port: port, verification, certificate: certificate)
            #expect(host == "127.0.0.1:\(port)")
            let error = try await transportError { _ = try await get(client, port: port, verification) }
            #expect(error.kind == .tlsFailed, "\(error.message) \(String(describing: error.cause))")
            #expect(error.message == "127.0.0.1:\(port) demands a client certificate")
        }
    }

    @Test func `TLS with a peer that speaks none says so`() async throws {
        try await withPeer {
            try await $0.respond("")
        } _: { world in
            let error = try await transportError {
                _ = try await get(world.client, port: world.server.port, .none)
            }
            #expect(error.kind == .tlsFailed)
            #expect(error.message.hasSuffix("does not speak TLS: is it http?"), "\(error.message)")
        }
    }

    @Test func `a certificate that can't be read is refused before anything is sent`() async throws {
        try await withTransportClient { client in
            for (authorities, certificate) in [
                ("no PEM", nil),
                (nil, RemoteEndpoint.ClientCertificate(chain: "none", privateKey: certificates.clientKey)),
                (nil, RemoteEndpoint.ClientCertificate(chain: certificates.client, privateKey: "none")),
            ] as [(String?, RemoteEndpoint.ClientCertificate?)] {
                let endpoint = RemoteEndpoint(
                    address: .tcp(host: "127.0.0.1", port: 1), usesTLS: true,
                    verification: .full(authorities: authorities), clientCertificate: certificate)
                let error = try await transportError { _ = try DirectTransport(endpoint: endpoint, client: client) }
                #expect(error.kind == .invalidRequest)
            }
        }
    }

    @Test func `an upgrade goes over TLS too, with the same demands`() async throws {
        let tls = try certificates.serverContext()
        try await withRawServer(tls: tls) { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            _ = try await iterator.next()
            try await outbound.write(
                ByteBuffer(string: "HTTP/1.1 101 Sure\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nfirst"))
            while let bytes = try await iterator.next() { try await outbound.write(bytes) }
        } _: { server in
            try await withTransportClient { client in
                func upgrade(_ verification: RemoteEndpoint.Verification) async throws -> RemoteUpgrade {
                    let endpoint = RemoteEndpoint(
                        address: .tcp(host: "localhost", port: server.port), usesTLS: true, verification: verification)
                    return try await DirectTransport(endpoint: endpoint, client: client).upgrade(.echo())
                }
                let error = try await transportError { _ = try await upgrade(.full(authorities: nil)) }
                #expect(error.kind == .tlsFailed)
                let opened = try await upgrade(.full(authorities: certificates.authority))
                let channel = try #require(opened.channel)
                let said = try await channel.executeThenClose { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: " second"))
                    return try await ArrivedBytes(inbound).text(length: 12)
                }
                #expect(said == "first second")
            }
        }
    }
}
