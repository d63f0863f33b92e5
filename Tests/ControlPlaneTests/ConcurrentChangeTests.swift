import Fleet
import Foundation
import Store
import TestSupport
import Testing

@testable import ControlPlane

/// Changes that come at the same moment: none undoes another.
@Suite struct ConcurrentChangeTests {
    @Test(arguments: TestEngine.allCases)
    func `a rename does not undo a disabling that comes at the same moment`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine, interval: .seconds(3600)) { world in
            for round in 0..<15 {
                let id = try await world.admin.post(
                    "/api/v1/users",
                    ["email": "u\(round)@example.com", "password": ControlPlaneWorld.adminPassword]
                ).expect(201)["id"]
                async let disabled = world.admin.patch("/api/v1/users/\(id)", ["disabled": true])
                async let renamed = world.admin.patch("/api/v1/users/\(id)", ["name": "New"])
                #expect(try await [disabled.status, renamed.status] == [200, 200])
                let user = try await world.admin.get("/api/v1/users/\(id)")
                #expect(user.json["disabled"] as? Bool == true && user["name"] == "New", "round \(round)")
            }
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a service never has more tags than it may`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine, interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            let id = try await world.admin.post(
                "/api/v1/projects/\(project)/services", ["name": "s", "endpoint": "http://127.0.0.1:9"]
            ).expect(201)["id"]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for part in 0..<5 {
                    group.addTask {
                        let tags = (0..<4).map { "t\(part)-\($0)" }
                        _ = try await world.admin.post("/api/v1/services/\(id)/tags", ["add": tags])
                    }
                }
                try await group.waitForAll()
            }
            let tags = try await world.admin.get("/api/v1/services/\(id)").json["tags"] as? [String] ?? []
            #expect(tags.count == 8)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `imports of the same lines at the same moment share them out and report the rest`(
        engine: TestEngine
    ) async throws {
        try await withControlPlane(on: engine, interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            let rows = (0..<1500).map { "custom,s\($0),Direct,127.0.0.1:9/\($0),http," }
            let csv = (["category,name,nodeType,endpoint,scheme,tagName"] + rows).joined(separator: "\n")
            let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
                for _ in 0..<3 { group.addTask { try await world.admin.importCSV(csv, into: project) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 }, "\(answers)")
            #expect(answers.reduce(0) { $0 + ($1.json["imported"] as? Int ?? 0) } == 1500)
            #expect(answers.reduce(0) { $0 + ($1.json["failedTotal"] as? Int ?? 0) } == 3000)
        }
    }

    @Test func `an older change does not take a newer one's place in the directory`() throws {
        let directory = ServiceDirectory()
        func entry(_ name: String) throws -> DirectoryEntry {
            let service = EdgeService(
                id: Identifier(rawValue: "s"), projectId: Identifier(rawValue: "p"), name: name, category: .custom,
                mode: .managed, connection: .direct, endpoint: try ServiceEndpoint("http://a:1"), verifyTLS: true,
                healthPath: "/", status: .unknown, statusReason: "", statusSince: nil, version: nil, lastSeen: nil,
                tags: [], auth: .none, description: "", createdAt: Timestamp(milliseconds: 0),
                updatedAt: Timestamp(milliseconds: 0))
            return DirectoryEntry(
                ServiceRecord(service: service, sealedPassword: nil), orgId: Identifier(rawValue: "o"))
        }
        directory.put([try entry("new")], revision: 7)
        directory.put([try entry("old")], revision: 6)
        #expect(directory.entry(Identifier(rawValue: "s"))?.name == "new")
        directory.remove(Identifier(rawValue: "s"), revision: 6)
        #expect(directory.count == 1)
        directory.remove(Identifier(rawValue: "s"), revision: 9)
        directory.put([try entry("late")], revision: 8)
        directory.replaceAll([try entry("late")], revision: 8)
        #expect(directory.count == 0)
    }
}

@Suite struct SealingKeyTests {
    @Test func `a key is made once, and one that can't be read is not replaced`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "sealing.key")
        let sealed = try SealingKey.load(from: file).seal("secret", for: "test")
        #expect(try SealingKey.load(from: file).open(sealed, for: "test") == "secret")
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o600)
        for bad in [Data([0xFF, 0xFE]), Data("not base64!".utf8), Data("c2hvcnQ=".utf8)] {
            try bad.write(to: file)
            #expect(throws: EdgewrightError.self) { try SealingKey.load(from: file) }
            #expect(try Data(contentsOf: file) == bad)
        }
    }
}

@Suite struct SignInThrottleTests {
    private let now = Timestamp(milliseconds: 0)

    @Test func `all addresses of one IPv6 network count as one`() throws {
        let throttle = SignInThrottle()
        for number in 0..<50 {
            try throttle.begin(account: "a\(number)@x", address: "2001:db8:1:2::\(number)", at: now)
        }
        #expect(throws: EdgewrightError.self) {
            try throttle.begin(account: "b@x", address: "2001:db8:1:2:ffff::1", at: now)
        }
        // However it is written.
        #expect(throws: EdgewrightError.self) {
            try throttle.begin(account: "b@x", address: "2001:0db8:0001:2:0:0:0:7", at: now)
        }
        try throttle.begin(account: "b@x", address: "2001:db8:1:3::1", at: now)
    }
}
