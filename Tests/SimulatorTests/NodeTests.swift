import TestSupport
import Testing

@Suite struct NodeTests {
    @Test func `nodes are listed by side, with the fields of the reference`() async throws {
        try await withService { world in
            let states = try await world.api.get("/api/neuron/node/state").expect(200).objects("states")
            let south = try await world.api.get("/api/neuron/node?type=1").expect(200).objects("nodes")
            let north = try await world.api.get("/api/neuron/node?type=2").expect(200).objects("nodes")
            #expect(states.count == south.count + north.count)
            #expect(north.contains { $0["plugin"] as? String == "MQTT" })
            for state in states {
                #expect(Set(state.keys).isSuperset(of: ["node", "running", "link", "rtt"]))
                #expect(state["running"] as? Int == 3)
                #expect(state["link"] as? Int == 1)
            }
        }
    }

    @Test func `a node is kept, renamed and deleted`() async throws {
        try await withService { world in
            let path = "/api/neuron/node"
            #expect(try await world.api.post(path, ["name": "m1", "plugin": "Modbus TCP"]).expect(200).error == 0)
            let found = try await world.api.get(path + "?type=1&node=m1").expect(200).objects("nodes")
            #expect(found.map { $0["plugin"] as? String } == ["Modbus TCP"])
            #expect(try await world.api.post(path, ["name": "m1", "plugin": "Modbus TCP"]).expect(409).error == 2002)
            #expect(try await world.api.send("PUT", path, json: ["name": "m1", "new_name": "m2"]).error == 0)
            #expect(try await world.api.get("/api/neuron/node/state?node=m1").expect(404).error == 2003)
            #expect(try await world.api.send("DELETE", path, json: ["name": "m2"]).error == 0)
            #expect(try await world.api.send("DELETE", path, json: ["name": "m2"]).expect(404).error == 2003)
        }
    }

    @Test func `a node without settings is not started, and settings start it`() async throws {
        try await withService { world in
            _ = try await world.api.post("/api/neuron/node", ["name": "m1", "plugin": "Modbus TCP"]).expect(200)
            let state = "/api/neuron/node/state?node=m1"
            #expect(try await world.api.get(state).json["running"] as? Int == 1)
            // An error that comes with status 200.
            #expect(try await world.api.get("/api/neuron/node/setting?node=m1").expect(200).error == 2005)
            #expect(
                try await world.api.post("/api/neuron/node/ctl", ["node": "m1", "cmd": 0]).expect(409).error == 2006)
            let parameters: [String: any Sendable] = ["host": "10.0.0.7", "port": 502]
            let setting: [String: any Sendable] = ["node": "m1", "params": parameters]
            #expect(try await world.api.post("/api/neuron/node/setting", setting).expect(200).error == 0)
            #expect(try await world.api.get(state).json["running"] as? Int == 3)
            let kept = try await world.api.get("/api/neuron/node/setting?node=m1").json["params"] as? [String: Any]
            #expect(kept?["host"] as? String == "10.0.0.7")
        }
    }

    @Test func `stopping and starting shows in the states, and twice is a conflict`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            func control(_ command: Int) async throws -> TestAnswer {
                try await world.api.post("/api/neuron/node/ctl", ["node": node, "cmd": command])
            }
            #expect(try await control(0).expect(409).error == 2007)
            #expect(try await control(1).expect(200).error == 0)
            let stopped = try await world.api.get("/api/neuron/node/state?node=\(node)").json
            #expect(stopped["running"] as? Int == 4)
            #expect(stopped["link"] as? Int == 0)
            #expect(stopped["rtt"] as? Int == 9999)
            #expect(try await control(1).expect(409).error == 2009)
            #expect(try await control(0).expect(200).error == 0)
            #expect(try await world.api.get("/api/neuron/node/state?node=\(node)").json["running"] as? Int == 3)
        }
    }

    @Test func `a node's log level is kept`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            let path = "/api/neuron/log/level"
            #expect(try await world.api.send("PUT", path, json: ["node": node, "level": "debug"]).error == 0)
            let state = try await world.api.get("/api/neuron/node/state?node=\(node)").expect(200)
            #expect(state["log_level"] == "debug")
            #expect(
                try await world.api.send("PUT", path, json: ["node": "nope", "level": "debug"]).expect(404).error
                    == 2003)
        }
    }

    @Test func `plugins come with the fields of the reference`() async throws {
        try await withService { world in
            let plugins = try await world.api.get("/api/neuron/plugin").expect(200).objects("plugins")
            let modbus = try #require(plugins.first { $0["name"] as? String == "Modbus TCP" })
            #expect(
                Set(modbus.keys) == [
                    "kind", "node_type", "name", "library", "description", "description_zh", "schema",
                ])
            let answer = try await world.api.post("/api/neuron/node", ["name": "x", "plugin": "No such plugin"])
            #expect(try answer.expect(404).error == 2301)
        }
    }

    @Test func `metrics say each name once and agree with the states`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            _ = try await world.api.post("/api/neuron/node/ctl", ["node": node, "cmd": 1]).expect(200)
            let text = try await world.api.get("/api/neuron/metrics").expect(200).text
            let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
            #expect(Set(types).count == types.count)
            #expect(text.contains("running_state{node=\"\(node)\"} 4\n"))
            #expect(text.contains("link_state{node=\"\(node)\"} 0\n"))
            #expect(try await world.api.get("/api/neuron/metrics?category=nope").status == 400)
        }
    }
}
