import TestSupport
import Testing

@Suite struct GroupTests {
    private let tag: [String: any Sendable] = ["name": "t1", "address": "1!400001", "attribute": 3, "type": 4]

    @Test func `what a service is born with can be listed down to the tags, and adds up`() async throws {
        try await withService { world in
            let groups = try await world.api.get("/api/neuron/group").expect(200).objects("groups")
            var count = 0
            for group in groups {
                let (node, name) = (group["driver"] as? String ?? "", group["group"] as? String ?? "")
                let tags = try await world.api.get("/api/neuron/tags?node=\(node)&group=\(name)").objects("tags")
                #expect(tags.count == group["tag_count"] as? Int)
                #expect(
                    Set((tags.first ?? [:]).keys).isSuperset(of: ["name", "address", "attribute", "type"]))
                count += tags.count
            }
            #expect(count > 0)
            #expect(try await world.api.get("/api/license/tag").expect(200).json["usedTagCount"] as? Int == count)
            #expect(try await world.api.get("/api/license").expect(200).json["usedTagCount"] as? Int == count)
        }
    }

    @Test func `a group is kept, changed and deleted`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            let path = "/api/neuron/group"
            let group: [String: any Sendable] = ["node": node, "group": "g", "interval": 500]
            #expect(try await world.api.post(path, group).expect(200).error == 0)
            #expect(try await world.api.post(path, group).expect(409).error == 2104)
            var change: [String: any Sendable] = ["node": node, "group": "g", "new_name": "h", "interval": 700]
            #expect(try await world.api.send("PUT", path, json: change).expect(200).error == 0)
            let listed = try await world.api.get(path + "?node=\(node)").objects("groups")
            let found = try #require(listed.first { $0["name"] as? String == "h" })
            #expect(found["interval"] as? Int == 700)
            change["group"] = "h"
            change["interval"] = 20
            #expect(try await world.api.send("PUT", path, json: change).expect(400).error == 2105)
            #expect(try await world.api.send("DELETE", path, json: ["node": node, "group": "h"]).error == 0)
            #expect(
                try await world.api.send("DELETE", path, json: ["node": node, "group": "h"]).expect(404).error == 2106)
        }
    }

    @Test func `tags are kept, changed, read, written and deleted`() async throws {
        try await withService { [tag] world in
            let node = try await world.southNode()
            let place: [String: any Sendable] = ["node": node, "group": "made"]
            func with(_ fields: [String: any Sendable]) -> [String: any Sendable] { place.merging(fields) { $1 } }
            let added = try await world.api.post("/api/neuron/tags", with(["tags": [tag]])).expect(200)
            #expect(added.error == 0)
            #expect(added.json["index"] as? Int == 1)
            var changed = tag
            changed["address"] = "1!400777"
            _ = try await world.api.send("PUT", "/api/neuron/tags", json: with(["tags": [changed]])).expect(200)
            let list = "/api/neuron/tags?node=\(node)&group=made"
            #expect(try await world.api.get(list).objects("tags").first?["address"] as? String == "1!400777")
            _ = try await world.api.post("/api/neuron/write", with(["tag": "t1", "value": 1234])).expect(200)
            let values = try await world.api.post("/api/neuron/read", with(["sync": false])).objects("tags")
            #expect(values.first?["value"] as? Int == 1234)
            _ = try await world.api.send("DELETE", "/api/neuron/tags", json: with(["tags": ["t1"]])).expect(200)
            #expect(try await world.api.get(list).objects("tags").isEmpty)
        }
    }

    @Test func `tags are added up to the first unfit one`() async throws {
        try await withService { [tag] world in
            let node = try await world.southNode()
            let request: [String: any Sendable] = ["node": node, "group": "made", "tags": [tag, tag]]
            let answer = try await world.api.post("/api/neuron/tags", request).expect(206)
            #expect(answer.error == 2202)
            #expect(answer.json["index"] as? Int == 1)
            #expect(try await world.api.get("/api/neuron/tags?node=\(node)&group=made").objects("tags").count == 1)
        }
    }

    @Test func `a tag that may only be read is not written, though the status is 200`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            let write: [String: any Sendable] = ["node": node, "group": "group-1", "tag": "tag1", "value": 1]
            #expect(try await world.api.post("/api/neuron/write", write).expect(200).error == 3004)
        }
    }

    @Test func `tags of a stopped driver have an error instead of a value`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            _ = try await world.api.post("/api/neuron/node/ctl", ["node": node, "cmd": 1]).expect(200)
            let values = try await world.api.post("/api/neuron/read", ["node": node, "group": "group-1"]).objects(
                "tags")
            #expect(!values.isEmpty)
            #expect(values.allSatisfy { $0["error"] != nil && $0["value"] == nil })
        }
    }

    @Test func `subscriptions are kept, changed, and go with their group`() async throws {
        try await withService { world in
            let node = try await world.southNode()
            _ = try await world.api.post("/api/neuron/group", ["node": node, "group": "g", "interval": 100]).expect(200)
            let path = "/api/neuron/subscribe"
            func given(_ topic: String) -> [String: any Sendable] {
                ["app": "mqtt", "driver": node, "group": "g", "params": ["topic": topic]]
            }
            func topics() async throws -> [String?] {
                try await world.api.get(path + "?app=mqtt").expect(200).objects("groups")
                    .filter { $0["group"] as? String == "g" }.map {
                        ($0["params"] as? [String: Any])?["topic"] as? String
                    }
            }
            #expect(try await world.api.post(path, given("a")).expect(200).error == 0)
            // An error that comes with status 200.
            #expect(try await world.api.post(path, given("a")).expect(200).error == 2101)
            #expect(try await topics() == ["a"])
            #expect(try await world.api.send("PUT", path, json: given("b")).expect(200).error == 0)
            #expect(try await topics() == ["b"])
            _ = try await world.api.send("DELETE", "/api/neuron/group", json: ["node": node, "group": "g"]).expect(200)
            #expect(try await topics() == [])
            #expect(try await world.api.post(path, given("a")).expect(404).error == 2106)
            #expect(try await world.api.get(path + "?app=nope").expect(200).objects("groups").isEmpty)
        }
    }
}
