import TestSupport
import Testing

@Suite struct RuleTests {
    private let rule: [String: any Sendable] = [
        "id": "hot", "sql": "SELECT * FROM neuronStream WHERE t > 80", "actions": [["log": [:] as [String: String]]],
    ]

    @Test func `a rule is made, listed as running, described and dropped`() async throws {
        try await withService { [rule] world in
            #expect(try await world.api.post("/api/ekuiper/rules", rule).expect(201).text.contains("hot"))
            let listed = try await world.api.get("/api/ekuiper/rules").expect(200).list
            let hot = try #require(listed.first { $0["id"] as? String == "hot" })
            #expect(hot["status"] as? String == "Running")
            #expect(try await world.api.get("/api/ekuiper/rules/hot")["sql"].hasSuffix("t > 80"))
            #expect(try await world.api.post("/api/ekuiper/rules", rule).expect(400)["message"].contains("hot"))
            _ = try await world.api.delete("/api/ekuiper/rules/hot").expect(200)
            let gone = try await world.api.get("/api/ekuiper/rules/hot").expect(404)
            #expect(gone.error == 1002)
            #expect(gone["message"].contains("hot"))
        }
    }

    @Test func `stopping and starting a rule shows in the list and in its status`() async throws {
        try await withService { [rule] world in
            _ = try await world.api.post("/api/ekuiper/rules", rule).expect(201)
            _ = try await world.api.send("POST", "/api/ekuiper/rules/hot/stop").expect(200)
            #expect(try await world.ruleStates().last == "Stopped: canceled manually.")
            #expect(try await world.api.get("/api/ekuiper/rules/hot/status")["status"].hasPrefix("Stopped"))
            _ = try await world.api.send("POST", "/api/ekuiper/rules/hot/start").expect(200)
            #expect(try await world.ruleStates().last == "Running")
            #expect(try await world.api.get("/api/ekuiper/rules/hot/topo").expect(200).fields == ["sources", "edges"])
        }
    }

    @Test func `a rule that lacks its statement or its actions is refused`() async throws {
        try await withService { [rule] world async throws in
            for field in ["id", "sql", "actions"] {
                var unfit = rule
                unfit[field] = nil
                #expect(try await world.api.post("/api/ekuiper/rules", unfit).status == 400, "\(field)")
            }
            #expect(try await world.api.send("PUT", "/api/ekuiper/rules/rule1", body: "{").status == 400)
        }
    }

    @Test(arguments: ["stream", "table"])
    func `streams and tables are kept by name`(noun: String) async throws {
        try await withService { world in
            let path = "/api/ekuiper/\(noun)s"
            let statement = "create \(noun) demo(id bigint) WITH (FORMAT=\"json\")"
            _ = try await world.api.post(path, ["sql": statement]).expect(201)
            #expect(try await world.api.get(path).expect(200).text == "[\"demo\"]")
            #expect(try await world.api.get(path + "/demo").expect(200)["Name"] == "demo")
            #expect(try await world.api.post(path, ["sql": statement]).status == 400)
            #expect(try await world.api.post(path, ["sql": "drop everything"]).status == 400)
            _ = try await world.api.delete(path + "/demo").expect(200)
            #expect(try await world.api.get(path + "/demo").expect(404).error == 1002)
        }
    }

    @Test func `a portable plugin that NeuronEX was given is eKuiper's`() async throws {
        try await withService { world in
            let plugin: [String: any Sendable] = [
                "name": "resnet", "address": "http://127.0.0.1:9081", "operationId": 1,
            ]
            #expect(try await world.api.post("/api/plugin/portable", plugin).expect(200).text == "{}")
            #expect(try await world.api.get("/api/ekuiper/plugins/portables").expect(200).text == "[\"resnet\"]")
            #expect(try await world.api.post("/api/plugin/portable", plugin).status == 400)
            #expect(try await world.api.post("/api/plugin/portable", ["name": "other"]).status == 400)
            _ = try await world.api.delete("/api/ekuiper/plugins/portables/resnet").expect(200)
            #expect(try await world.api.get("/api/ekuiper/plugins/portables/resnet").status == 404)
        }
    }
}
