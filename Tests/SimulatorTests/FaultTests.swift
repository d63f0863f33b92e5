import AsyncHTTPClient
import NIOCore
import TestSupport
import Testing

@testable import Simulator

@Suite struct FaultTests {
    // MARK: Over connections, switched on by the control path

    @Test func `an offline service closes connections without a word`() async throws {
        try await withService { world in
            _ = try await world.faults(["offline": true]).expect(200)
            let told = try await withRawConnection(port: world.fleet.addresses.ports[0]) { connection in
                try await connection.send("GET /api/version HTTP/1.1\r\nHost: x\r\n\r\n")
                return try await connection.readToEnd()
            }
            #expect(told == "")
            _ = try await world.api.delete("/_sim/instances/1/faults").expect(200)
            #expect(try await world.api.get("/api/version").status == 200)
        }
    }

    @Test func `a hanging service never answers`() async throws {
        try await withService { world in
            _ = try await world.faults(["hang": true]).expect(200)
            let request = HTTPClientRequest(url: world.api.url + "/api/version")
            let error = await #expect(throws: HTTPClientError.self) {
                try await HTTPClient.shared.execute(request, timeout: .milliseconds(300))
            }
            #expect(error == .deadlineExceeded)
        }
    }

    @Test func `a slow service answers as it would, late`() async throws {
        try await withService { world in
            _ = try await world.faults(["slow": 200]).expect(200)
            let start = ContinuousClock.now
            #expect(try await world.api.get("/api/version").status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(200))
            // Faults add up.
            _ = try await world.faults(["slow": 100, "errors": "status"]).expect(200)
            let again = ContinuousClock.now
            #expect(try await world.api.get("/api/version").status == 500)
            #expect(ContinuousClock.now - again >= .milliseconds(100))
        }
    }

    @Test func `errors come as a status or as a code`() async throws {
        try await withService { world in
            _ = try await world.faults(["errors": "status"]).expect(200)
            let page = try await world.api.get("/api/neuron/node/state").expect(500)
            #expect(page.headers["content-type"] == "text/html")
            _ = try await world.faults(["errors": "code"]).expect(200)
            #expect(try await world.api.get("/api/neuron/node/state").expect(200).error == 3000)
        }
    }

    @Test func `a failing driver has no connection, in states, metrics and values`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            _ = try await world.faults(["driverFailure": true]).expect(200)
            let state = try await world.api.get("/api/neuron/node/state?node=\(node)").json
            #expect(state["link"] as? Int == 0)
            #expect(state["running"] as? Int == 3)
            #expect(try await world.api.get("/api/neuron/metrics").text.contains("link_state{node=\"\(node)\"} 0\n"))
            let values = try await world.api.post("/api/neuron/read", ["node": node, "group": "group-1"])
            #expect(values.objects("tags").allSatisfy { $0["error"] != nil })
            _ = try await world.faults([:]).expect(200)
            #expect(try await world.api.get("/api/neuron/node/state?node=\(node)").json["link"] as? Int == 1)
        }
    }

    @Test func `a failing rule says so, in the list and in its status`() async throws {
        try await withService { world in
            let rule: [String: any Sendable] = ["id": "r", "sql": "SELECT 1", "actions": [["log": [String: String]()]]]
            _ = try await world.api.post("/api/ekuiper/rules", rule).expect(201)
            let before = try await world.ruleStates()
            #expect(before.allSatisfy { $0 == "Running" })
            _ = try await world.faults(["ruleFailure": true]).expect(200)
            #expect(try await world.ruleStates().first == "Stopped: canceled by error.")
            #expect(try await world.ruleStates().count == before.count)
            _ = try await world.faults([:]).expect(200)
            #expect(try await world.ruleStates() == before)
        }
    }

    @Test func `content type, redirect and version are as the fault says`() async throws {
        try await withService { world in
            _ = try await world.faults(["wrongContentType": true]).expect(200)
            #expect(try await world.api.get("/api/version").headers["content-type"] == "text/html")
            _ = try await world.faults(["redirect": "http://elsewhere/"]).expect(200)
            #expect(try await world.api.get("/api/version").expect(302).headers["location"] == "http://elsewhere/")
            _ = try await world.faults(["version": "9.9.9"]).expect(200)
            #expect(try await world.api.get("/api/version")["version"] == "9.9.9")
            #expect(try await world.api.get("/api/system")["version"] == "9.9.9")
        }
    }

    @Test func `an endless answer goes on`() async throws {
        try await withService { world in
            _ = try await world.faults(["endless": true]).expect(200)
            let answer = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: world.api.url + "/api/version"), timeout: .seconds(10))
            var count = 0
            for try await part in answer.body {
                count += part.readableBytes
                if count > 4 << 20 { break }
            }
            #expect(count > 4 << 20)
        }
    }

    @Test func `a restart begins the uptime anew and keeps what was configured`() async throws {
        var configuration = SimulatedFleet.Configuration(count: 100)
        configuration.seed = 3
        try await withFleet(configuration) { fleet in
            // The hundredth has been up for 99 s.
            let api = TestAPI(url: fleet.url(99), token: nil)
            func uptime() async throws -> Int {
                Int(try await api.get("/api/system").expect(200)["neuronRunningTime"]) ?? -1
            }
            #expect(try await uptime() >= 99)
            _ = try await api.post("/api/neuron/node", ["name": "kept", "plugin": "MQTT"]).expect(200)
            let control = TestAPI(url: "http://127.0.0.1:\(fleet.addresses.ports[0])", token: nil)
            _ = try await control.send("POST", "/_sim/instances/100/restart").expect(200)
            #expect((0..<90).contains(try await uptime()))
            #expect(try await api.get("/api/neuron/node?type=2").text.contains("kept"))
        }
    }

    // MARK: The control path

    @Test func `a range of services gets the same faults, the others none`() async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 5)) { fleet in
            let control = TestAPI(url: "http://127.0.0.1:\(fleet.addresses.ports[0])", token: nil)
            let faults: [String: any Sendable] = ["from": 2, "to": 3, "faults": ["version": "9.9.9"]]
            #expect(try await control.send("PUT", "/_sim/faults", json: faults).json["changed"] as? Int == 2)
            for index in 0..<5 {
                let version = try await TestAPI(url: fleet.url(index), token: nil).get("/api/version")["version"]
                #expect((version == "9.9.9") == (1...2).contains(index))
            }
            #expect(
                try await control.send("PUT", "/_sim/faults", json: ["faults": [:] as [String: Bool]]).status == 200)
            #expect(try await control.get("/_sim/instances").json["count"] as? Int == 5)
        }
    }

    @Test(arguments: [
        ("{\"ofline\": true}", "ofline"), ("{\"slow\": -1}", "slow"), ("{\"slow\": \"much\"}", "slow"),
        ("{\"errors\": \"none\"}", "errors"), ("{\"restart\": 0}", "restart"), ("{\"version\": \"\"}", "version"),
        ("{\"redirect\": \"a\\r\\nX: y\"}", "redirect"), ("[]", "object"), ("", "object"),
    ])
    func `what is no fault is refused by name`(body: String, named: String) async throws {
        try await withService { world in
            let answer = try await world.api.send("PUT", "/_sim/instances/1/faults", body: body).expect(400)
            #expect(answer["message"].contains(named), "\(answer)")
            #expect(try await world.api.get("/_sim/instances/1/faults").text == "{}")
        }
    }

    @Test func `a control path that is none, or a service that is none, gets 404 or 400`() async throws {
        try await withService { world async throws in
            for path in ["/_sim/", "/_sim/instances/2/faults", "/_sim/instances/0/faults", "/_sim/instances/1/nothing"]
            {
                #expect(try await world.api.get(path).status == 404, "\(path)")
            }
            for (from, to) in [(0, 1), (1, 2), (2, 1)] {
                let range: [String: any Sendable] = ["from": from, "to": to, "faults": ["offline": true]]
                #expect(try await world.api.send("PUT", "/_sim/faults", json: range).status == 400)
            }
            #expect(try await world.api.get("/api/version").status == 200)
        }
    }

    // MARK: As flags have them

    @Test(arguments: [
        "offline", "hang", "slow", "slow=20", "errors", "errors=status", "errors=code", "driver-failure",
        "rule-failure", "wrong-content-type", "endless", "redirect", "redirect=http://x/", "restart=60", "version=4.0",
    ])
    func `a fault can be set by its name`(text: String) {
        var faults = SimulatedFaults()
        let isKnown = faults.set(text)
        #expect(isKnown)
        #expect(faults != SimulatedFaults())
    }

    @Test(arguments: [
        "", "nothing", "slow=", "slow=fast", "slow=-1", "slow=600001", "errors=some", "version", "version=",
        "restart", "restart=0", "redirect=a b", "offline=true", "=",
    ])
    func `an unknown name or an unfit value sets nothing`(text: String) {
        var faults = SimulatedFaults()
        let isKnown = faults.set(text)
        #expect(!isKnown)
        #expect(faults == SimulatedFaults())
    }
}
