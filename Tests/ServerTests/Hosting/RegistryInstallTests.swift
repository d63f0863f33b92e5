import Foundation
import TestSupport
import Testing

/// Services whose image is in a registry that asks for a password.
@Suite struct RegistryInstallTests {
    /// A node that fetches its image from the guarded registry, where it is under this name.
    private func withGuardedImage(
        _ body: @Sendable @escaping (NodeWorld, _ registry: String, _ reference: String) async throws -> Void
    ) async throws {
        let registries = try await RegistryWorld.shared()
        try await withNode { node in
            let reference = "\(registries.guarded)/plant-\(UUID().uuidString.lowercased())/neuronex:3.6.0"
            try await registries.push(copying: DockerWorld.image, as: reference, by: node.engine)
            let registry = try await node.admin.post(
                "/api/v1/registries",
                [
                    "name": "plant", "address": registries.guarded, "plainHTTP": true,
                    "username": RegistryWorld.username, "password": RegistryWorld.password,
                ] as [String: any Sendable]
            ).expect(201)["id"]
            try await body(node, registry, reference)
        }
    }

    private func install(_ reference: String, on node: NodeWorld) async throws -> TestAnswer {
        let image = try await node.admin.post(
            "/api/v1/images", ["category": "neuronex", "reference": reference]
        ).expect(201)["id"]
        let port: [String: any Sendable] = ["container": 8085, "host": try freePort(), "protocol": "tcp"]
        return try await node.run([
            "kind": "install", "targets": ["hosts": [node.host]] as [String: any Sendable],
            "parameters": [
                "namePrefix": "press-", "image": image, "settings": ["ports": [port]] as [String: any Sendable],
            ] as [String: any Sendable],
        ])
    }

    @Test func `an image is fetched with the registry's password, and its digest noted`() async throws {
        try await withGuardedImage { node, registry, reference in
            let check = try await node.admin.post("/api/v1/registries/\(registry)/check", [:]).expect(200)
            #expect(check.json["ok"] as? Bool == true, "\(check.text)")
            let batch = try await install(reference, on: node)
            try await node.requireSuccess(of: batch)
            let service = try #require(try await node.items(of: batch).first?["serviceId"] as? String)
            let workload = try await node.admin.get("/api/v1/services/\(service)/workload").expect(200)
            let pushed = try await node.engine.docker("inspect", "--format", "{{index .RepoDigests 0}}", reference)
            #expect(workload["digest"].hasPrefix("sha256:"))
            #expect(pushed.hasSuffix(workload["digest"]))
        }
    }

    @Test func `a wrong password is told of, and the batch goes on when it has been put right`() async throws {
        try await withGuardedImage { node, registry, reference in
            let path = "/api/v1/registries/\(registry)"
            func setPassword(_ password: String) async throws {
                _ = try await node.admin.send("PATCH", path, json: ["password": password]).expect(200)
            }
            try await setPassword("guess")
            let check = try await node.admin.post("\(path)/check", [:]).expect(200)
            #expect(check.json["ok"] as? Bool == false)
            let batch = try await install(reference, on: node)
            #expect(batch["state"] == "paused")
            let reason = try await node.reason(of: batch)
            #expect(reason.contains(reference.prefix { $0 != "/" }), "\(reason)")
            #expect(!reason.contains("guess"))
            #expect(try await node.admin.get(node.services).items.isEmpty)

            try await setPassword(RegistryWorld.password)
            _ = try await node.admin.post("/api/v1/batches/\(batch["id"])/retry", [:]).expect(200)
            try await node.requireSuccess(of: try await node.ended(batch["id"]))
        }
    }

    @Test func `an image that is not in its registry is told of by both their names`() async throws {
        try await withGuardedImage { node, _, reference in
            let missing = reference.replacing(":3.6.0", with: ":9.9.9")
            let batch = try await install(missing, on: node)
            #expect(batch["state"] == "paused")
            let registry = reference.prefix { $0 != "/" }
            let reason = try await node.reason(of: batch)
            #expect(reason == "image \(missing) was not found in registry \(registry)")
            #expect(try await node.admin.get(node.services).items.isEmpty)
        }
    }
}
