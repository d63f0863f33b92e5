import NIOCore
import TestSupport
import Testing

@Suite struct RouteTests {
    @Test(arguments: ["/nothing", "/api", "/api/nothing", "/api/neuron/nothing", "/api/ekuiper/rules/r/nothing"])
    func `an unknown path gets a web page with 404`(path: String) async throws {
        try await withService { world in
            let answer = try await world.api.get(path).expect(404)
            #expect(answer.headers["content-type"] == "text/html")
            #expect(answer.text.hasPrefix("<!DOCTYPE html>"))
        }
    }

    @Test(arguments: [
        ("DELETE", "/api/version"), ("GET", "/api/login"), ("PATCH", "/api/neuron/node"),
        ("POST", "/api/neuron/group/"),
        ("GET", "/api/ekuiper/rules/rule1/start"), ("POST", "/api/stream/log"), ("PUT", "/web"),
    ])
    func `another method gets a web page with 405`(method: String, path: String) async throws {
        try await withService { world in
            let isGroup = path == "/api/neuron/group/"
            // A slash at the end is the same path; that one takes POST.
            let answer = try await world.api.send(method, path)
            #expect(answer.status == (isGroup ? 400 : 405), "\(answer)")
        }
    }

    @Test(arguments: [
        ("POST", "/api/neuron/node"), ("PUT", "/api/neuron/node"), ("DELETE", "/api/neuron/node"),
        ("POST", "/api/neuron/node/setting"), ("POST", "/api/neuron/node/ctl"), ("POST", "/api/neuron/group"),
        ("PUT", "/api/neuron/group"), ("DELETE", "/api/neuron/group"), ("POST", "/api/neuron/tags"),
        ("PUT", "/api/neuron/tags"), ("DELETE", "/api/neuron/tags"), ("POST", "/api/neuron/subscribe"),
        ("POST", "/api/neuron/subscribes"), ("PUT", "/api/neuron/log/level"), ("POST", "/api/neuron/write"),
        ("POST", "/api/login"),
    ])
    func `a body that is no JSON, or lacks what is needed, gets 1002`(method: String, path: String) async throws {
        try await withService { world in
            for body in ["", "{", "[]", "{}", "{\"name\": 7, \"node\": 7}"] {
                let answer = try await world.api.send(method, path, body: body)
                #expect(answer.status == 400 && answer.error == 1002, "\(body): \(answer)")
            }
        }
    }

    @Test(arguments: ["/api/neuron/node", "/api/neuron/node?type=7", "/api/neuron/tags", "/api/neuron/node/setting"])
    func `a query that lacks what is needed gets 1003`(path: String) async throws {
        try await withService { world async throws in
            #expect(try await world.api.get(path).expect(400).error == 1003)
        }
    }

    @Test func `HEAD answers as GET does, without a body`() async throws {
        try await withService { world in
            let answer = try await world.api.send("HEAD", "/api/version").expect(200)
            #expect(answer.body.isEmpty)
            #expect(answer.headers["content-length"] != "0")
        }
    }

    @Test func `Neuron takes no more than a mebibyte`() async throws {
        try await withService { world in
            let path = "/api/neuron/node/setting"
            func body(_ size: Int) -> String {
                "{\"node\": \"nope\", \"params\": {\"a\": \"\(String(repeating: "x", count: size))\"}}"
            }
            #expect(try await world.api.send("POST", path, body: body(1_000_000)).expect(404).error == 2003)
            let answer = try await world.api.send("POST", path, body: body(1_100_000)).expect(400)
            #expect(answer.headers["content-type"] == "text/html")
        }
    }

    @Test func `a body beyond 32 MiB gets 413, and one of 32 MiB is taken whole`() async throws {
        try await withService { world in
            let bound = 32 << 20
            let frame = "{\"content\": \"\"}"
            func body(_ size: Int) -> String {
                "{\"content\": \"\(String(repeating: "x", count: size - frame.utf8.count))\"}"
            }
            // Read to its end: eKuiper finds that the content is no export.
            let whole = try await world.api.send("POST", "/api/ekuiper/data/import", body: body(bound)).expect(400)
            #expect(whole["message"].contains("content"))
            let cut = try await world.api.send("POST", "/api/ekuiper/data/import", body: body(bound + 1))
            #expect(cut.status == 413)
            #expect(try await world.api.get("/api/version").status == 200)
        }
    }

    @Test func `bytes go both ways in any number`() async throws {
        try await withService { world in
            #expect(try await world.api.get("/api/sim/bytes?count=3000000").expect(200).body.count == 3_000_000)
            let sent = String(repeating: "x", count: 40 << 20)
            let answer = try await world.api.send("PUT", "/api/sim/sink", body: sent).expect(200)
            #expect(answer.json["received"] as? Int == 40 << 20)
        }
    }
}
