import Fleet
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Simulator

@Suite struct LayoutTests {
    private static let layouts: [SimulatedFleet.Configuration.Layout] = [.portEach(basePort: 0), .onePort(0)]

    @Test(arguments: layouts)
    func `each service of a fleet is one of its own`(layout: SimulatedFleet.Configuration.Layout) async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 3, layout: layout)) { world in
            let services = (0..<3).map { TestAPI(url: world.url($0), token: nil) }
            _ = try await services[1].post("/api/neuron/node", ["name": "only-here", "plugin": "MQTT"]).expect(200)
            for (index, service) in services.enumerated() {
                let nodes = try await service.get("/api/neuron/node?type=2").expect(200).text
                #expect(nodes.contains("only-here") == (index == 1))
            }
        }
    }

    @Test func `services have a port each, or a base path each on one port`() async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 3, layout: .portEach(basePort: 0))) { world in
            #expect(Set(world.addresses.ports).count == 3)
            #expect(world.url(2) == "http://127.0.0.1:\(world.addresses.ports[2])")
        }
        try await withFleet(SimulatedFleet.Configuration(count: 3)) { world in
            #expect(world.addresses.ports.count == 1)
            #expect(world.url(2) == "http://127.0.0.1:\(world.addresses.ports[0])/edge-00003")
        }
    }

    @Test func `a base path that no service has gets 404`() async throws {
        try await withFleet { world async throws in
            let api = TestAPI(url: "http://127.0.0.1:\(world.addresses.ports[0])", token: nil)
            for path in ["/", "/api/version", "/edge-00000/api/version", "/edge-00004/api/version", "/edge-x"] {
                #expect(try await api.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test(arguments: layouts)
    func `the fleet's file names every service where it is`(
        layout: SimulatedFleet.Configuration.Layout
    ) async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 3, layout: layout)) { world in
            let lines = world.csv.split(separator: "\r\n").flatMap { $0.split(separator: "\n") }
            #expect(lines.count == 4)
            for index in 0..<3 {
                #expect(lines[index + 1].contains(world.addresses.endpoint(index)))
                #expect(lines[index + 1].contains("line-01"))
            }
        }
    }

    @Test func `the same seed makes the same fleet`() {
        for index in [0, 7, 1999] {
            let one = ServiceBlueprint(index: index, seed: 5, isImperfect: true)
            let again = ServiceBlueprint(index: index, seed: 5, isImperfect: true)
            #expect(one.name == again.name && one.nodes == again.nodes && one.rules == again.rules)
        }
        let other = (0..<20).contains {
            ServiceBlueprint(index: $0, seed: 5, isImperfect: false).nodes
                != ServiceBlueprint(index: $0, seed: 6, isImperfect: false).nodes
        }
        #expect(other)
    }

    @Test func `an imperfect fleet has failing drivers and rules, and a perfect one none`() {
        func faulty(_ isImperfect: Bool) -> (nodes: Int, rules: Int) {
            let all = (0..<400).map { ServiceBlueprint(index: $0, seed: 1, isImperfect: isImperfect) }
            return (
                all.count { $0.nodes.contains { !$0.isWorking } }, all.count { $0.rules.contains { !$0.isRunning } }
            )
        }
        #expect(faulty(false) == (0, 0))
        let imperfect = faulty(true)
        #expect(imperfect.nodes > 10 && imperfect.rules > 5)
    }

    @Test func `a port that is taken is named`() async throws {
        try await withFleet { world in
            let port = world.addresses.ports[0]
            let error = await #expect(throws: EdgewrightError.self) {
                try await withFleet(SimulatedFleet.Configuration(count: 1, layout: .onePort(port))) { _ in }
            }
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a fleet that stops closes the connections that were kept`() async throws {
        let connection = try await withFleet { world in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: world.addresses.ports[0]).get()
            // Whoever came later has been let in, so the connection has been, too.
            _ = try await TestAPI(url: world.url(0), token: nil).get("/api/version").expect(200)
            return channel
        }
        try await connection.closeFuture.get()
    }
}
