import Agent
import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

@Suite struct DiscoveryTests {
    /// Looks at one place, where a server answers as the test says.
    private func found(
        _ kind: WellKnownPlace.Kind, _ answer: @Sendable @escaping (ScriptedExchange) async throws -> Void
    ) async throws -> [String] {
        try await withHTTPServer(answer) { server in
            try await withTransportClient { client in
                let place = WellKnownPlace(kind, "http://127.0.0.1:\(server.port)")
                return await LocalDiscovery([place], client: client).look().map(\.offer.name)
            }
        }
    }

    @Test func `services are known by what they answer, and by how they refuse`() async throws {
        let plays: [(ServiceCategory, String, HTTPResponseStatus, String)] = [
            (.neuronex, "/api/system", .ok, #"{"version":"3.6.0","os":"linux"}"#),
            (.neuronex, "/api/system", .unauthorized, #"{"error":1004}"#),
            (.neuron, "/api/v2/version", .ok, #"{"version":"2.11.0"}"#),
            (.neuron, "/api/v2/version", .unauthorized, #"{"error":1004}"#),
            (.ekuiper, "/", .ok, #"{"version":"2.1.0","os":"linux","upTimeSeconds":12}"#),
            (.ekuiper, "/", .unauthorized, "missing_token\n"),
        ]
        for (category, path, status, body) in plays {
            let names = try await found(.service(category)) { exchange in
                guard exchange.head.uri == path else { return try await exchange.respond(.notFound) }
                try await exchange.respond(status, body: ByteBuffer(string: body))
            }
            #expect(names == [category.rawValue], "\(category) \(status)")
        }
    }

    @Test func `whatever else is there is not taken for one`() async throws {
        let plays: [(ServiceCategory, HTTPResponseStatus, String)] = [
            (.neuronex, .ok, "<html>router</html>"), (.neuronex, .unauthorized, "<html>401</html>"),
            (.neuron, .ok, "{}"), (.neuron, .notFound, #"{"version":"1"}"#), (.neuron, .ok, ""),
            (.ekuiper, .ok, #"{"version":"1"}"#), (.ekuiper, .unauthorized, "<html>401</html>"),
        ]
        for (category, status, body) in plays {
            let names = try await found(.service(category)) {
                try await $0.respond(status, body: ByteBuffer(string: body))
            }
            #expect(names.isEmpty, "\(category) \(status) \(body)")
        }
        // One that says nothing does not hold it up.
        let silent = try await found(.service(.neuronex)) { try await $0.waitForClose() }
        #expect(silent.isEmpty)
    }

    @Test func `an engine is found by its socket`() async throws {
        try await withTemporaryFolder { folder in
            let socket = folder.appending(path: "d.sock").path
            let place = WellKnownPlace(.docker, "unix://\(socket)")
            try await withTransportClient { client in
                let before = await LocalDiscovery([place], client: client).look()
                #expect(before.isEmpty)
                try await withHTTPServer(at: .unixSocket(path: socket)) { exchange in
                    try await exchange.respond(exchange.head.uri == "/_ping" ? "OK" : "")
                } _: { _ in
                    let found = await LocalDiscovery([place], client: client).look()
                    #expect(found == [try LocalOffer(docker: "unix://\(socket)")])
                    let pasted = try AgentSettingsDraft(yaml: AgentSettingsDraft(offering: found).yaml())
                    #expect(pasted.docker == "unix://\(socket)")
                }
            }
        }
    }

    @Test func `what is named in the settings is not found again, and names stay apart`() throws {
        var book = OfferBook([
            try LocalOffer(flag: "press=http://localhost:8085"), try LocalOffer(flag: "neuron=http://127.0.0.1:7001"),
        ])
        let found = try [
            LocalOffer(flag: "neuronex=http://127.0.0.1:8085"), LocalOffer(flag: "neuron=http://127.0.0.1:7000"),
        ]
        let isMore = book.add(found)
        #expect(isMore)
        #expect(book.all.map(\.offer.name) == ["neuron", "neuron-7000", "press"])
        #expect(book.all[1].offer.category == .neuron)
        #expect(book.report(found).items.map(\.offered) == [true, true])
        // What is down at the moment is still offered, and nothing is there twice.
        let isMoreAgain = book.add([])
        #expect(!isMoreAgain)
        let isMoreOnceMore = book.add(found)
        #expect(!isMoreOnceMore)
        #expect(book.all.count == 3)
    }

    @Test func `with the setting an agent offers what it finds, and only looks without it`() async throws {
        try await withHTTPServer {
            try await $0.respond(#"{"version":"3.6.0"}"#)
        } _: { server in
            let places = [WellKnownPlace(.service(.neuronex), "http://127.0.0.1:\(server.port)")]
            for discovers in [true, false] {
                try await withConnectedAgent(places: places) {
                    $0.discovers = discovers
                } _: { world, tunnel in
                    let profile = try await world.profile(through: tunnel)
                    #expect(profile.offers.map(\.name) == (discovers ? ["neuronex"] : []))
                    let transport = TunnelTransport(agent: "test", offer: AgentProfile.authority) { tunnel }
                    let answer = try await transport.send(
                        RemoteRequest(method: .post, target: AgentProfile.discoveryPath))
                    let text = Data(try await answer.text().utf8)
                    let discovery = try JSONDecoder().decode(AgentDiscovery.self, from: text)
                    #expect(discovery.items.map(\.name) == ["neuronex"])
                    #expect(discovery.items.map(\.offered) == [discovers])
                    guard !discovers else { return }
                    let refused = try await transportError {
                        _ = try await world.get("neuronex", "/", through: tunnel)
                    }
                    #expect(refused.kind == .pathDown)
                }
            }
        }
    }
}
