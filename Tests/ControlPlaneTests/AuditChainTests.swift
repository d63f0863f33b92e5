import ControlPlane
import Store
import TestSupport
import Testing

@Suite struct AuditChainTests {
    @Test(arguments: TestEngine.allCases)
    func `changes are chained, and a changed or missing entry is found`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let (_, project) = try await world.makeProject()
            _ = try await world.admin.post("/api/v1/projects/\(project)/tags", ["name": "a"]).expect(201)
            guard case .sound(let entries) = try await world.plane.audit.verifyAudit() else {
                Issue.record("the chain should be sound")
                return
            }
            #expect(entries >= 5)
            let listed = try await world.admin.get("/api/v1/audit?type=tag&project=\(project)&total=true")
            #expect(listed.json["total"] as? Int == 1)
            #expect(listed.items.first?["operation"] as? String == "tag.create")
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `many at once still make one line`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let (_, project) = try await world.makeProject()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        try await world.admin.post("/api/v1/projects/\(project)/tags", ["name": "t\(number)"]).status
                    }
                }
                for try await status in group { #expect(status == 201) }
            }
            guard case .sound = try await world.plane.audit.verifyAudit() else {
                Issue.record("the chain should be sound")
                return
            }
        }
    }
}
