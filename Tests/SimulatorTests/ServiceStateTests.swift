import Testing

@testable import Simulator

/// A service's state by itself, with a clock that the test holds.
@Suite struct ServiceStateTests {
    private func service(startedAt: Double = 1000) -> SimulatedService {
        SimulatedService(blueprint: ServiceBlueprint(index: 0, seed: 1, isImperfect: false), startedAt: startedAt)
    }

    private func ask(_ service: inout SimulatedService, _ method: String, _ path: String, at time: Double) -> JSONValue
    {
        JSONValue.parse(service.respond(to: SimulatedRequest(method, path, time: time)).body) ?? .null
    }

    @Test func `uptime counts from the start, and anew after a restart`() {
        var service = service()
        #expect(service.uptime(at: 1060) == 60)
        service.restart(at: 1060)
        #expect(service.uptime(at: 1070) == 10)
        #expect(service.uptime(at: 900) == 0)
    }

    @Test func `a service that restarts again and again has a new generation each time`() {
        var service = service()
        var faults = SimulatedFaults()
        faults.restart = 10
        service.setFaults(faults, at: 1003)
        #expect(service.uptime(at: 1009) == 9)
        #expect(service.generation(at: 1009) == 0)
        #expect(service.uptime(at: 1013) == 3)
        #expect(service.generation(at: 1013) == 1)
        #expect(service.generation(at: 1025) == 2)
        service.setFaults(SimulatedFaults(), at: 1025)
        #expect(service.generation(at: 1100) == 2)
        #expect(service.uptime(at: 1035) == 15)
    }

    @Test func `ten records a second come in for each driver that works`() {
        var service = service()
        let drivers = service.nodes.count { $0.type == 1 }
        service.settle(at: 1100)
        #expect(service.recordsIn == Int64(drivers * 1000))
        service.nodes[0].running = .stopped
        service.settle(at: 1200)
        #expect(service.recordsIn == Int64(drivers * 1000 + (drivers - 1) * 1000))
        // A clock that is put back takes nothing away.
        service.settle(at: 1150)
        #expect(service.recordsIn == Int64(drivers * 1000 + (drivers - 1) * 1000))
    }

    @Test func `what is counted ends with a fault at the moment it is switched on`() {
        var service = service()
        let drivers = service.nodes.count { $0.type == 1 }
        var faults = SimulatedFaults()
        faults.driverFailure = true
        service.setFaults(faults, at: 1010)
        service.settle(at: 1020)
        #expect(service.recordsIn == Int64(drivers * 100 + (drivers - 1) * 100))
    }

    @Test func `liveness, uptime and state agree with the clock`() {
        var service = service()
        let liveness = ask(&service, "GET", "/api/status/liveness", at: 1010)
        #expect(liveness["liveness"]?["in"]?.int == service.nodes.count { $0.type == 1 } * 100)
        #expect(ask(&service, "GET", "/api/system", at: 1010)["neuronRunningTime"] == "10")
        #expect(ask(&service, "GET", "/api/ekuiper", at: 1010)["upTimeSeconds"] == 10)
    }

    @Test func `names in paths may have any characters`() {
        var service = service()
        service.rules = [SimulatedRule(id: "a/b c")]
        #expect(ask(&service, "GET", "/api/ekuiper/rules/a%2Fb%20c", at: 1000)["id"] == "a/b c")
        #expect(ask(&service, "GET", "/api/ekuiper/rules/a", at: 1000)["error"] == 1002)
    }

    @Test func `renaming a node keeps what is subscribed to it`() throws {
        var service = service()
        let old = service.nodes[0].name
        let body = "{\"name\": \"\(old)\", \"new_name\": \"renamed\"}"
        let answer = service.respond(
            to: SimulatedRequest("PUT", "/api/neuron/node", body: .init(body.utf8), time: 1000))
        #expect(answer == .ok)
        let broker = try #require(service.nodes.first { $0.name == "mqtt" })
        #expect(broker.subscriptions.contains { $0.driver == "renamed" })
        #expect(!broker.subscriptions.contains { $0.driver == old })
    }
}
