import Foundation
import Simulator
import TestSupport
import Testing

/// One after the other: on a busy machine they would make each other's services late.
@Suite(.serialized) struct MonitorAPITests {
    @Test(arguments: TestEngine.allCases)
    func `imported services come online and the overview counts what they report`(engine: TestEngine) async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 12)) { fleet in
            try await withControlPlane(on: engine) { world in
                let (_, project) = try await world.makeProject()
                _ = try await world.admin.importCSV(fleet.csv, into: project).expect(200)
                let overview = try await world.admin.poll("/api/v1/projects/\(project)/overview") {
                    let services = $0.json["services"] as? [String: Int]
                    let drivers = $0.json["drivers"] as? [String: Any]
                    return services?["online"] == 12 && drivers?["total"] as? Int ?? 0 >= 36
                }
                let drivers = try #require(overview.json["drivers"] as? [String: Any])
                #expect(drivers["running"] as? Int == drivers["total"] as? Int)
                #expect((overview.json["tags"] as? [String: Int])?["used"] ?? 0 > 0)
                let list = try await world.admin.get("/api/v1/projects/\(project)/services?status=online&version=3.6.0")
                #expect(!list.items.isEmpty)
            }
        }
    }

    @Test func `a service that goes away is offline with the reason, and online again when it is back`() async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 1)) { fleet in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                _ = try await world.admin.importCSV(fleet.csv, into: project).expect(200)
                let list = "/api/v1/projects/\(project)/services"
                _ = try await world.admin.poll(list + "?status=online") { $0.items.count == 1 }
                var faults = SimulatedFaults()
                faults.errors = .status
                fleet.fleet.setFaults(faults, of: 0)
                let offline = try await world.admin.poll(list + "?status=offline") { $0.items.count == 1 }
                let reason = offline.items[0]["statusReason"] as? String ?? ""
                #expect(reason.contains("500"), "\(reason)")
                fleet.fleet.setFaults(SimulatedFaults(), of: 0)
                _ = try await world.admin.poll(list + "?status=online") { $0.items.count == 1 }
            }
        }
    }

    @Test func `refused credentials make a service unknown, and the platform's key lets it in`() async throws {
        try await withControlPlane { world in
            let key = try await world.admin.get("/api/v1/keys/edge.pub").text
            #expect(key.hasPrefix("-----BEGIN PUBLIC KEY-----"))
            let jwt = SimulatedAuthenticationConfiguration(publicKeys: ["edgewright.pub": key])
            try await withFleet(SimulatedFleet.Configuration(count: 1, authentication: jwt)) { fleet in
                let (_, project) = try await world.makeProject()
                let list = "/api/v1/projects/\(project)/services"
                let made = try await world.admin.post(list, ["name": "locked", "endpoint": fleet.url(0)]).expect(201)
                let unknown = try await world.admin.poll("/api/v1/services/\(made["id"])/status") {
                    $0["statusReason"].contains("1004")
                }
                #expect(unknown["status"] == "unknown")
                let check = try await world.admin.post(list + "/check", ["name": "x", "endpoint": fleet.url(0)])
                #expect(check.json["reachable"] as? Bool == true)
                #expect(check.json["authenticated"] as? Bool == false)
                _ = try await world.admin.patch("/api/v1/services/\(made["id"])", ["auth": ["kind": "jwt"]]).expect(200)
                _ = try await world.admin.poll("/api/v1/services/\(made["id"])/status") { $0["status"] == "online" }
            }
        }
    }

    @Test(arguments: ["wrong-content-type", "endless", "redirect=http://elsewhere/", "errors=code", "slow=5000"])
    func `hostile answers never make a service online nor the platform fall`(fault: String) async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 1)) { fleet in
            var faults = SimulatedFaults()
            let isKnown = faults.set(fault)
            #expect(isKnown)
            fleet.fleet.setFaults(faults, of: 0)
            try await withControlPlane(probeTimeout: .seconds(1)) { world in
                let (_, project) = try await world.makeProject()
                _ = try await world.admin.importCSV(fleet.csv, into: project).expect(200)
                // A wrong content type on good JSON is not worth an outage.
                let wanted = fault == "wrong-content-type" ? "online" : "offline"
                let found = try await world.admin.poll("/api/v1/projects/\(project)/services?status=\(wanted)") {
                    $0.items.count == 1
                }
                if wanted == "offline" { #expect(found.items[0]["statusReason"] as? String != "") }
            }
        }
    }

    @Test func `a rule that fails is seen by the next pulses`() async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 8)) { fleet in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                _ = try await world.admin.importCSV(fleet.csv, into: project).expect(200)
                let path = "/api/v1/projects/\(project)/overview"
                let before = try await world.admin.poll(path) {
                    ($0.json["services"] as? [String: Int])?["online"] == 8
                        && ($0.json["rules"] as? [String: Int])?["total"] ?? 0 > 0
                }
                #expect((before.json["rules"] as? [String: Int])?["stopped"] == 0)
                var faults = SimulatedFaults()
                faults.ruleFailure = true
                faults.driverFailure = true
                for index in 0..<8 { fleet.fleet.setFaults(faults, of: index) }
                _ = try await world.admin.poll(path) {
                    ($0.json["rules"] as? [String: Int])?["stopped"] ?? 0 > 0
                        && ($0.json["drivers"] as? [String: Any])?["abnormal"] as? Int == 8
                }
            }
        }
    }
}
