import Foundation
import TestSupport
import Testing

@Suite struct ShellTests {
    @Test(arguments: [
        ("/api/version", ["version"]), ("/api/license/tag", ["usedTagCount"]), ("/api/log", ["level"]),
        (
            "/api/system",
            [
                "version", "systemStatus", "neuronRunningTime", "neuronStatus", "neuronMemoryUsed", "neuronMemoryTotal",
                "ekuiperRunningTime", "ekuiperStatus", "ekuiperMemoryUsed", "ekuiperMemoryTotal", "hwToken", "os",
                "arch", "submoduleStatus", "kernel", "clib",
            ]
        ),
        (
            "/api/license",
            [
                "licenseType", "customerName", "customerContact", "startDate", "expiredDate", "expired",
                "totalTagCount", "usedTagCount", "enabledPlugins", "hardwareToken", "ekuiperOn", "officialEmail",
            ]
        ),
        ("/api/ekuiper/", ["version", "os", "arch", "upTimeSeconds"]),
        ("/api/neuron/version", ["version", "revision", "build_date"]),
    ])
    func `a read has the fields of the reference`(path: String, fields: [String]) async throws {
        try await withService { world in
            let answer = try await world.api.get(path).expect(200)
            #expect(answer.fields == Set(fields))
            #expect(answer.headers["content-type"] == "application/json")
        }
    }

    @Test func `the log level is kept, and what is no level is refused`() async throws {
        try await withService { world async throws in
            #expect(try await world.api.post("/api/log", ["level": "debug"]).expect(200).text == "{}")
            #expect(try await world.api.get("/api/log")["level"] == "debug")
            #expect(try await world.api.get("/api/log/neuronex").text.contains("level=debug"))
            #expect(try await world.api.post("/api/log", ["level": "loud"]).status == 500)
            #expect(try await world.api.get("/api/log")["level"] == "debug")
        }
    }

    @Test func `a template carries a configuration from one service to another`() async throws {
        try await withService { source in
            let sql = "CREATE STREAM s () WITH (TYPE=\"neuron\")"
            _ = try await source.api.post("/api/ekuiper/streams", ["sql": sql]).expect(201)
            let node = try await source.southNode()
            let rules = try await source.api.get("/api/template?category=1").expect(200)
            let nodes = try await source.api.get("/api/template?category=2").expect(200)
            #expect(nodes.fields == ["nodes", "groups", "tags", "subscriptions", "settings"])
            #expect((rules.json["streams"] as? [String: String]) == ["s": sql])
            try await withService { target async throws in
                for text in [rules.text, nodes.text] {
                    let path = "/api/template?category=0"
                    #expect(try await target.api.post(path, ["template": text]).expect(200).text == "{}")
                }
                #expect(try await target.api.get("/api/template?category=1").text == rules.text)
                #expect(try await target.api.get("/api/template?category=2").text == nodes.text)
                #expect(try await target.api.get("/api/neuron/node/state?node=\(node)").json["running"] as? Int == 3)
            }
        }
    }

    @Test func `a part of a configuration can be asked for`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            let part = try await world.api.get("/api/template?category=2&nodes=\(node)").expect(200)
            #expect(part.objects("nodes").map { $0["name"] as? String } == [node])
            #expect(part.objects("groups").map { $0["driver"] as? String } == [node])
        }
    }

    @Test(arguments: ["", "{", "[1]", "{\"nodes\": [{\"name\": \"x\", \"plugin\": \"No such plugin\"}]}"])
    func `a template that is none changes nothing`(text: String) async throws {
        try await withService { world in
            let before = try await world.api.get("/api/template?category=2").text
            let answer = try await world.api.post("/api/template?category=2", ["template": text]).expect(400)
            #expect(answer["message"] == "Json format err")
            #expect(try await world.api.get("/api/template?category=2").text == before)
        }
    }

    @Test func `records only ever grow, also when a driver stops`() async throws {
        try await withService { world in
            func records() async throws -> Int {
                let liveness = try await world.api.get("/api/status/liveness").expect(200).json["liveness"]
                return (liveness as? [String: Any])?["in"] as? Int ?? -1
            }
            // A service that has just come up has counted nothing.
            let before = try await records()
            #expect(before >= 0)
            let node = try await world.southNode()
            _ = try await world.api.post("/api/neuron/node/ctl", ["node": node, "cmd": 1]).expect(200)
            #expect(try await records() >= before)
        }
    }

    @Test func `the service's own page is found, from its root too`() async throws {
        try await withService { world in
            #expect(try await world.api.get("/").expect(302).headers["location"] == "web/")
            let page = try await world.api.get("/web/").expect(200)
            #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(page.text.contains("plant-hamburg"))
        }
    }
}
