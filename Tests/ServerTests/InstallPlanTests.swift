import Fleet
import Foundation
import TestSupport
import Testing

@testable import ControlPlane

/// What an install would do, and why it is refused: all that is decided before a node is asked.
@Suite struct InstallPlanTests {
    private struct Place {
        let world: ControlPlaneWorld
        let batches: String
        let hosts: [String]
        let image: String

        func plan(_ parameters: [String: any Sendable], _ targets: [String: any Sendable]? = nil) async throws
            -> TestAnswer
        {
            try await world.admin.post(
                "\(batches)?dryRun=true",
                ["kind": "install", "targets": targets ?? ["hosts": hosts], "parameters": parameters])
        }
    }

    private func withNodes(
        _ count: Int, on engine: TestEngine = .sqlite, _ body: @Sendable @escaping (Place) async throws -> Void
    ) async throws {
        try await withControlPlane(on: engine, interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            var hosts: [String] = []
            for number in 0..<count {
                hosts.append(
                    try await world.admin.post(
                        "/api/v1/projects/\(project)/hosts",
                        [
                            "name": "node-\(number)", "address": "tcp://127.0.0.1:\(number + 1)",
                            "allowUnencrypted": true,
                        ]
                    ).expect(201)["id"])
            }
            let image = try await world.admin.post(
                "/api/v1/images", ["category": "neuronex", "reference": "emqx/neuronex:3.6.0"]
            ).expect(201)["id"]
            try await body(
                Place(world: world, batches: "/api/v1/projects/\(project)/batches", hosts: hosts, image: image))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `services are spread over the nodes, each with a name and ports of its own`(engine: TestEngine) async throws {
        try await withNodes(2, on: engine) { place in
            let plan = try await place.plan(["namePrefix": "press-"], ["hosts": place.hosts, "count": 5]).expect(200)
            #expect(plan.json["total"] as? Int == 5)
            let items = try #require(plan.json["items"] as? [[String: Any]])
            #expect(Set(items.compactMap { $0["name"] as? String }).count == 5)
            #expect(items.allSatisfy { ($0["name"] as? String)?.hasPrefix("press-") ?? false })
            let byHost = Dictionary(grouping: items) { $0["hostName"] as? String ?? "" }
            #expect(byHost["node-0"]?.count == 3)
            #expect(byHost["node-1"]?.count == 2)
            let notes = byHost["node-0"]?.compactMap { $0["note"] as? String } ?? []
            #expect(
                notes == [
                    "emqx/neuronex:3.6.0, 8085→8085/tcp", "emqx/neuronex:3.6.0, 30000→8085/tcp",
                    "emqx/neuronex:3.6.0, 30001→8085/tcp",
                ])
        }
    }

    @Test func `the same seed gives the names of the preview, and another one others`() async throws {
        try await withNodes(1) { place in
            func names(_ seed: Int) async throws -> [String] {
                let plan = try await place.plan(
                    ["namePrefix": "press-", "nameSeed": seed], ["hosts": place.hosts, "count": 20]
                ).expect(200)
                return (plan.json["items"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
            }
            let first = try await names(7)
            #expect(first.count == 20)
            #expect(try await names(7) == first)
            #expect(try await names(8) != first)
        }
    }

    @Test func `a port that several on one node ask for is told of before anything begins`() async throws {
        try await withNodes(1) { place in
            let ports: [[String: any Sendable]] = [["container": 8085, "host": 9000, "protocol": "tcp"]]
            let plan = try await place.plan(
                ["namePrefix": "a", "settings": ["ports": ports]], ["hosts": place.hosts, "count": 2]
            ).expect(200)
            let items = try #require(plan.json["items"] as? [[String: Any]])
            #expect(items[0]["isRefused"] == nil)
            #expect(items[1]["isRefused"] as? Bool == true)
            #expect((plan.json["warnings"] as? [String])?.first?.contains("1 will fail") ?? false)
        }
    }

    @Test(
        arguments: [
            (["namePrefix": ""], "parameters.namePrefix"),
            (["namePrefix": "abcdefghijklmnopqrstu"], "parameters.namePrefix"),
            (["namePrefix": "a", "category": "neuron"], "parameters.image"),
            (["namePrefix": "a", "image": "00000000000000000000000000"], "parameters.image"),
            (["namePrefix": "a", "tags": ["a;b"]], "parameters.tags"),
            (["namePrefix": "a", "nameSeed": -1], "parameters.nameSeed"),
            (["namePrefix": "a", "settings": ["cpus": 0]], "parameters.settings.cpus"),
            (["namePrefix": "a", "settings": ["apiPort": 1]], "parameters.settings.apiPort"),
        ] as [([String: any Sendable], String)])
    func `an install that can't be is refused by the field`(
        parameters: [String: any Sendable], field: String
    ) async throws {
        try await withNodes(1) { place in
            let answer = try await place.plan(parameters)
            #expect(answer.status == 400)
            #expect(answer.badFields == [field], "\(answer)")
        }
    }

    @Test func `nodes of another project, services as targets, and no nodes at all are refused`() async throws {
        try await withNodes(1) { place in
            for targets: [String: any Sendable] in [
                ["hosts": [String]()], ["ids": [String]()], ["hosts": ["00000000000000000000000000"]],
            ] {
                let answer = try await place.plan(["namePrefix": "a"], targets)
                #expect(answer.status == 400)
            }
        }
    }

    @Test func `a managed service can't be upgraded, and a filter leaves it out`() async throws {
        try await withNodes(1) { place in
            let project = place.batches.split(separator: "/")[3]
            let service = try await place.world.admin.post(
                "/api/v1/projects/\(project)/services", ["name": "old", "endpoint": "http://127.0.0.1:9"]
            ).expect(201)["id"]
            let refused = try await place.world.admin.post(
                place.batches,
                ["kind": "upgrade", "targets": ["ids": [service]], "parameters": ["image": place.image]])
            #expect(refused.badFields == ["targets.ids"])
            #expect(refused["detail"].contains("“old”"))
            let none = try await place.world.admin.post(
                place.batches, ["kind": "stop", "targets": ["filter": [String: String]()]])
            #expect(none.badFields == ["targets"])
        }
    }
}
