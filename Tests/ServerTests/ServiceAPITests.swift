import Foundation
import TestSupport
import Testing

@Suite struct ServiceAPITests {
    @Test(arguments: TestEngine.allCases)
    func `a cursor that somebody made up is refused, whatever is in it`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine, interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            for (sort, fields) in [
                ("statusSince", #"["statusSince","tabc","tx"]"#), ("name", #"["name","i5","tx"]"#),
                ("name", #"["name","tx","i5"]"#), ("name", #"["name","tx"]"#), ("name", "[]"), ("name", "{"),
            ] {
                let cursor = Data(fields.utf8).base64EncodedString().replacing("=", with: "")
                    .replacing("+", with: "-").replacing("/", with: "_")
                let answer = try await world.admin.get(
                    "/api/v1/projects/\(project)/services?sort=\(sort)&cursor=\(cursor)")
                #expect(answer.status == 400 && answer.badFields == ["cursor"], "\(fields): \(answer)")
            }
        }
    }

    @Test func `a plus sign in a query is a blank, and an encoded one a plus sign`() async throws {
        try await withControlPlane(interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            let path = "/api/v1/projects/\(project)/services"
            for (name, port) in [("line one", 1), ("line+two", 2)] {
                _ = try await world.admin.post(path, ["name": name, "endpoint": "http://10.0.0.1:\(port)"]).expect(201)
            }
            for (query, found) in [
                ("line+one", ["line one"]), ("line%20one", ["line one"]), ("line%2Btwo", ["line+two"]),
                ("line+two", []),
            ] {
                let names = try await world.admin.get(path + "?q=" + query).items.compactMap { $0["name"] as? String }
                #expect(names == found, "\(query)")
            }
            #expect(try await world.admin.get(path + "?q=%ff").status == 400)
        }
    }

    @Test func `a kept password does not go to another address`() async throws {
        try await withControlPlane(interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            let auth = ["kind": "password", "username": "u", "password": "S3cret"]
            let service = try await world.admin.post(
                "/api/v1/projects/\(project)/services",
                ["name": "edge", "endpoint": "https://10.0.0.1:7000/a", "auth": auth]
            ).expect(201)["id"]
            let path = "/api/v1/services/\(service)"
            for change: [String: any Sendable] in [
                ["endpoint": "https://10.0.0.2:7000/a"], ["endpoint": "https://10.0.0.1:7001/a"],
                ["endpoint": "http://10.0.0.1:7000/a"], ["verifyTLS": false],
                ["endpoint": "https://10.0.0.2:7000/a", "auth": ["kind": "password", "username": "u"]],
            ] {
                let refused = try await world.admin.patch(path, change)
                #expect(refused.status == 400 && refused.badFields == ["auth.password"], "\(change)")
            }
            #expect(try await world.admin.patch(path, ["endpoint": "https://10.0.0.1:7000/b"]).status == 200)
            #expect(
                try await world.admin.patch(path, ["endpoint": "https://10.0.0.2:7000", "auth": auth]).status == 200)
            #expect(
                try await world.admin.patch(path, ["verifyTLS": false, "auth": ["kind": "none"]]).status == 200)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a service is adopted, edited, tagged, found and let go`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let (_, project) = try await world.makeProject()
            let list = "/api/v1/projects/\(project)/services"
            let made = try await world.admin.post(
                list, ["name": " Press 7 ", "endpoint": "HTTP://Edge.Example:80/base/", "tags": ["hall 1", "press"]]
            ).expect(201)
            #expect(made["name"] == "Press 7")
            #expect(made["endpoint"] == "http://edge.example/base")
            #expect(made["status"] == "unknown")
            #expect(made.json.keys.contains("version") && made.json["version"] is NSNull)
            let path = "/api/v1/services/\(made["id"])"
            #expect(made.headers["location"] == path)

            let edited = try await world.admin.patch(path, ["name": "Press 8", "description": "by the door"]).expect(
                200)
            #expect(edited["name"] == "Press 8")
            #expect(edited.json["tags"] as? [String] == ["hall 1", "press"])
            let tagged = try await world.admin.post(path + "/tags", ["add": ["new"], "remove": ["press"]]).expect(200)
            #expect(tagged.json["tags"] as? [String] == ["hall 1", "new"])

            #expect(try await world.admin.get(list + "?tag=new&tag=hall%201&q=PRESS").items.count == 1)
            #expect(try await world.admin.get(list + "?tag=press").items.isEmpty)
            #expect(try await world.admin.get(list + "?q=100%25").items.isEmpty)
            #expect(try await world.admin.delete(path).status == 204)
            #expect(try await world.admin.get(path).status == 404)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `the same name or endpoint twice is refused by name of the one that has it`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let (_, project) = try await world.makeProject()
            let list = "/api/v1/projects/\(project)/services"
            _ = try await world.admin.post(list, ["name": "first", "endpoint": "http://10.0.0.1:7000"]).expect(201)
            let sameName = try await world.admin.post(list, ["name": "first", "endpoint": "http://10.0.0.2:7000"])
            #expect(sameName.status == 409)
            #expect(sameName.badFields == ["name"])
            let sameEndpoint = try await world.admin.post(
                list, ["name": "second", "endpoint": "http://10.0.0.1:7000/"])
            #expect(sameEndpoint.status == 409)
            #expect(sameEndpoint["detail"].contains("“first”"))
            let (_, other) = try await world.makeProject("Elsewhere")
            _ = try await world.admin.post(
                "/api/v1/projects/\(other)/services", ["name": "first", "endpoint": "http://10.0.0.1:7000"]
            ).expect(201)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `pages join without gap or overlap in every order`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine, interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            let rows = (0..<47).map { "neuronex,s\($0),Direct,10.1.0.\($0):7000,http,\($0 % 3 == 0 ? "third" : "")" }
            _ = try await world.admin.importCSV(
                "category,name,nodeType,endpoint,scheme,tagName\n" + rows.joined(separator: "\n"), into: project
            ).expect(200)
            for sort in ["name", "-name", "createdAt", "-status", "version", "-category", "statusSince"] {
                for filter in ["", "&tag=third", "&status=unknown"] {
                    var names: [String] = []
                    var cursor = ""
                    repeat {
                        let path =
                            "/api/v1/projects/\(project)/services?limit=10&total=true&sort=\(sort)\(filter)\(cursor)"
                        let page = try await world.admin.get(path).expect(200)
                        names += page.items.compactMap { $0["name"] as? String }
                        #expect(page.json["total"] as? Int == (filter == "&tag=third" ? 16 : 47))
                        cursor = page["next"].isEmpty ? "" : "&cursor=\(page["next"])"
                    } while !cursor.isEmpty
                    #expect(names.count == Set(names).count, "\(sort)\(filter)")
                    #expect(names.count == (filter == "&tag=third" ? 16 : 47), "\(sort)\(filter)")
                    if sort == "name" { #expect(names == names.sorted()) }
                }
            }
        }
    }

    @Test func `bad input names every field and changes nothing`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let list = "/api/v1/projects/\(project)/services"
            let long = String(repeating: "x", count: 201)
            let answer = try await world.admin.post(
                list, ["name": long, "endpoint": "ftp://x", "tags": ["a;b"], "auth": ["kind": "password"]])
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(Set(answer.badFields) == ["name", "endpoint", "tags", "auth.username"])
            #expect(try await world.admin.post(list, ["name": "x"]).badFields == ["endpoint"])
            #expect(try await world.admin.post(list, ["name": 5, "endpoint": "http://x"]).badFields == ["name"])
            #expect(try await world.admin.get(list + "?limit=0").badFields == ["limit"])
            #expect(try await world.admin.get(list + "?cursor=nonsense").badFields == ["cursor"])
            #expect(try await world.admin.get(list + "?statsu=online").badFields == ["statsu"])
            let noJSON = try await world.admin.send(
                "POST", list, body: "{", headers: [("Content-Type", "application/json")])
            #expect(noJSON.status == 400)
            #expect(try await world.admin.send("POST", list, body: "x").status == 415)
            #expect(try await world.admin.get(list + "?total=true").json["total"] as? Int == 0)
        }
    }

    @Test func `a password of a service is kept sealed and never shown`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let auth = ["kind": "password", "username": "admin", "password": "s3cret-of-press"]
            let made = try await world.admin.post(
                "/api/v1/projects/\(project)/services",
                ["name": "p", "endpoint": "http://127.0.0.1:9", "auth": auth]
            ).expect(201)
            #expect(!made.text.contains("s3cret"))
            #expect(try await !world.admin.get("/api/v1/audit").text.contains("s3cret"))
            let path = "/api/v1/services/\(made["id"])"
            let renamed = try await world.admin.patch(path, ["auth": ["kind": "password", "username": "other"]])
            #expect(renamed.badFields == ["auth.password"])
        }
    }

    @Test func `tags in use can't be deleted, and a service has at most ten`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let service = try await world.admin.post(
                "/api/v1/projects/\(project)/services",
                ["name": "p", "endpoint": "http://127.0.0.1:9", "tags": (0..<10).map { "t\($0)" }]
            ).expect(201)
            let more = try await world.admin.post("/api/v1/services/\(service["id"])/tags", ["add": ["t10"]])
            #expect(more.badFields == ["add"])
            let tags = try await world.admin.get("/api/v1/projects/\(project)/tags?q=T3").items
            let tag = try #require(tags.first?["id"] as? String)
            #expect(tags.count == 1)
            #expect(try await world.admin.delete("/api/v1/projects/\(project)/tags/\(tag)").status == 409)
            let renamed = try await world.admin.patch("/api/v1/projects/\(project)/tags/\(tag)", ["name": "three"])
            #expect(renamed["name"] == "three")
            _ = try await world.admin.post("/api/v1/services/\(service["id"])/tags", ["remove": ["three"]]).expect(200)
            #expect(try await world.admin.delete("/api/v1/projects/\(project)/tags/\(tag)").status == 204)
        }
    }
}
