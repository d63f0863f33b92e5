import Foundation
import Simulator
import TestSupport
import Testing

/// One after the other: on a busy machine they would make each other's services late.
@Suite(.serialized) struct PartListTests {
    /// Every row of a list, page by page.
    private func rows(_ world: ControlPlaneWorld, _ path: String, limit: Int) async throws -> [[String: Any]] {
        var rows: [[String: Any]] = []
        var cursor = ""
        repeat {
            let page = try await world.admin.get(path + "limit=\(limit)&total=true" + cursor).expect(200)
            rows += page.items
            cursor = page["next"].isEmpty ? "" : "&cursor=\(page["next"])"
            if cursor.isEmpty { #expect(page.json["total"] as? Int == rows.count, "\(path)") }
        } while !cursor.isEmpty
        return rows
    }

    private func name(_ row: [String: Any]) -> String {
        let service = row["service"] as? [String: Any] ?? [:]
        return "\(service["id"] ?? "") \(row["name"] ?? row["id"] ?? "")"
    }

    private func imported(_ fleet: FleetWorld, _ world: ControlPlaneWorld, services: Int) async throws -> String {
        let (_, project) = try await world.makeProject()
        _ = try await world.admin.importCSV(fleet.csv, into: project).expect(200)
        _ = try await world.admin.poll("/api/v1/projects/\(project)/drivers?limit=1&total=true") {
            $0.json["total"] as? Int ?? 0 >= services * 3
        }
        _ = try await world.admin.poll("/api/v1/projects/\(project)/services?status=online&total=true") {
            $0.json["total"] as? Int == services
        }
        return project
    }

    @Test(arguments: TestEngine.allCases)
    func `drivers and rules are listed by state, as the overview counts them`(engine: TestEngine) async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 8)) { fleet in
            try await withControlPlane(on: engine) { world in
                let project = try await imported(fleet, world, services: 8)
                let path = "/api/v1/projects/\(project)"
                var faults = SimulatedFaults()
                faults.driverFailure = true
                faults.ruleFailure = true
                for index in 0..<8 { fleet.fleet.setFaults(faults, of: index) }
                let overview = try await world.admin.poll(path + "/overview") {
                    ($0.json["rules"] as? [String: Int])?["stopped"] ?? 0 > 0
                        && ($0.json["drivers"] as? [String: Any])?["abnormal"] as? Int == 8
                }
                let counts = try #require(overview.json["drivers"] as? [String: Any])
                let bad = try await world.admin.get(path + "/drivers?state=disconnected")
                #expect(bad.items.count == 8)
                let row = try #require(bad.items.first)
                #expect(row["running"] as? Bool == true)
                #expect(row["connected"] as? Bool == false)
                #expect((row["plugin"] as? String)?.isEmpty == false)
                #expect(row["direction"] as? String == "south")
                let service = try #require(row["service"] as? [String: Any])
                #expect((service["name"] as? String)?.hasPrefix("plant-") == true)
                #expect(service["status"] as? String == "online")

                for limit in [3, 500] {
                    let all = try await rows(world, path + "/drivers?state=all&", limit: limit)
                    #expect(all.count == counts["total"] as? Int)
                    #expect(all.map(name) == all.map(name).sorted())
                    #expect(Set(all.map(name)).count == all.count)
                    for direction in ["south", "north"] {
                        let found = try await rows(world, path + "/drivers?direction=\(direction)&", limit: limit)
                        #expect(found.count == (counts[direction] as? [String: Int])?["total"])
                        #expect(found.allSatisfy { $0["direction"] as? String == direction })
                    }
                    let rules = try await rows(world, path + "/rules?", limit: limit)
                    #expect(rules.count == (overview.json["rules"] as? [String: Int])?["total"])
                    let stopped = try await rows(world, path + "/rules?state=stopped&", limit: limit)
                    #expect(stopped.count == (overview.json["rules"] as? [String: Int])?["stopped"])
                    #expect(stopped.allSatisfy { ($0["status"] as? String ?? "").contains("error") })
                }
                for index in 0..<8 { fleet.fleet.setFaults(SimulatedFaults(), of: index) }
                _ = try await world.admin.poll(path + "/drivers?state=disconnected") { $0.items.isEmpty }
                _ = try await world.admin.poll(path + "/rules?state=stopped") { $0.items.isEmpty }
            }
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `what a deleted service had is listed no more`(engine: TestEngine) async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 2)) { fleet in
            try await withControlPlane(on: engine) { world in
                let project = try await imported(fleet, world, services: 2)
                let list = "/api/v1/projects/\(project)/drivers"
                let first = try #require(try await world.admin.get(list).items.first?["service"] as? [String: Any])
                let id = first["id"] as? String ?? ""
                _ = try await world.admin.delete("/api/v1/services/\(id)").expect(204)
                let left = try await world.admin.get(list).items
                #expect(!left.isEmpty)
                #expect(!left.contains { ($0["service"] as? [String: Any])?["id"] as? String == id })
            }
        }
    }

    @Test func `another project's drivers are not seen, and misspelt filters are refused`() async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 1)) { fleet in
            try await withControlPlane { world in
                let project = try await imported(fleet, world, services: 1)
                let (_, other) = try await world.makeProject("Elsewhere")
                #expect(try await world.admin.get("/api/v1/projects/\(other)/drivers").items.isEmpty)
                #expect(try await world.admin.get("/api/v1/projects/\(other)/rules").items.isEmpty)
                let drivers = "/api/v1/projects/\(project)/drivers"
                for (query, field) in [
                    ("state=stopped", "state"), ("direction=east", "direction"), ("cursor=x", "cursor"), ("q=a", "q"),
                ] {
                    #expect(try await world.admin.get("\(drivers)?\(query)").badFields == [field], "\(query)")
                }
            }
        }
    }
}
