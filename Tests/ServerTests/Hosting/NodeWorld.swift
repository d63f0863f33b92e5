import ControlPlane
import Fleet
import Foundation
import TestSupport

/// A project with a node that is a real Docker engine, and images in the list.
struct NodeWorld: Sendable {
    let world: ControlPlaneWorld
    let engine: DockerWorld
    let project: String
    let host: String
    /// Ids by reference.
    let images: [String: String]

    var admin: TestAPI { world.admin }
    var services: String { "/api/v1/projects/\(project)/services" }

    /// Asks for a batch and waits for its end, or until it pauses.
    func run(_ request: [String: any Sendable]) async throws -> TestAnswer {
        let batch = try await admin.post("/api/v1/projects/\(project)/batches", request).expect(202)["id"]
        return try await ended(batch)
    }

    func ended(_ batch: String) async throws -> TestAnswer {
        try await admin.poll("/api/v1/batches/\(batch)") { batch in
            !["pending", "running"].contains(batch["state"])
        }
    }

    func items(of batch: TestAnswer) async throws -> [[String: Any]] {
        try await admin.get("/api/v1/batches/\(batch["id"])/items").items
    }

    func install(
        _ image: String = DockerWorld.image, count: Int = 1, prefix: String = "press-",
        _ parameters: [String: any Sendable] = [:], policy: [String: any Sendable] = ["startLimit": 60]
    ) async throws -> TestAnswer {
        var all: [String: any Sendable] = ["namePrefix": prefix, "image": images[image] ?? ""]
        all.merge(parameters) { $1 }
        return try await run([
            "kind": "install", "targets": ["hosts": [host], "count": count] as [String: any Sendable],
            "parameters": all, "policy": policy,
        ])
    }

    /// Installs one and gives its id.
    func installed(_ parameters: [String: any Sendable] = [:]) async throws -> String {
        // A port of its own: those that are chosen may go to another test's service while this one's is down.
        var parameters = parameters
        var settings = parameters["settings"] as? [String: any Sendable] ?? [:]
        let port: [String: any Sendable] = ["container": 8085, "host": try freePort(), "protocol": "tcp"]
        settings["ports"] = settings["ports"] ?? [port]
        parameters["settings"] = settings
        let batch = try await install(DockerWorld.image, parameters)
        guard batch["state"] == "succeeded", let id = try await items(of: batch).first?["serviceId"] as? String else {
            throw WorldError("not installed: \(try await items(of: batch))")
        }
        return id
    }

    func change(
        _ kind: String, _ ids: [String], _ parameters: [String: any Sendable] = [:],
        policy: [String: any Sendable] = ["startLimit": 60]
    ) async throws -> TestAnswer {
        try await run(["kind": kind, "targets": ["ids": ids], "parameters": parameters, "policy": policy])
    }

    /// - Throws: with what became of the items.
    func requireSuccess(of batch: TestAnswer) async throws {
        guard batch["state"] != "succeeded" else { return }
        throw WorldError("the batch is \(batch["state"]): \(try await items(of: batch))")
    }

    func reason(of batch: TestAnswer) async throws -> String {
        try await items(of: batch).first?["reason"] as? String ?? ""
    }

    /// Gives the service's port of the node to a container that the platform does not know.
    /// - Returns: its name.
    func occupyPort(of service: String) async throws -> String {
        let endpoint = try await admin.get("/api/v1/services/\(service)")["endpoint"]
        let port = endpoint.split(separator: ":").last.map(String.init) ?? ""
        try await engine.docker(
            "run", "--detach", "--name", "holder-\(service)", "--publish", "\(port):8085", DockerWorld.image)
        return "holder-\(service)"
    }

    /// Names and states of the service's containers.
    func containers(of service: String) async throws -> [String] {
        let said = try await engine.docker(
            "ps", "--all", "--format", "{{.Names}} {{.State}}", "--filter", "label=io.edgewright.service=\(service)")
        return said.split(separator: "\n").map(String.init).sorted()
    }

    func volumes(of service: String) async throws -> String {
        try await engine.docker("volume", "ls", "--quiet", "--filter", "label=io.edgewright.service=\(service)")
    }
}

/// Runs a control plane with a node, and leaves nothing on the engine.
func withNode(
    on store: TestEngine = .sqlite, engine given: DockerWorld? = nil,
    _ body: @Sendable @escaping (NodeWorld) async throws -> Void
) async throws {
    let shared = given == nil ? try await DockerWorld.shared() : nil
    guard let engine = given ?? shared else { return }
    try await withControlPlane(on: store) { world in
        let (_, project) = try await world.makeProject()
        let host = try await world.admin.post(
            "/api/v1/projects/\(project)/hosts", ["name": "hall-1", "address": engine.address]
        ).expect(201)["id"]
        var images: [String: String] = [:]
        for image in [DockerWorld.image, DockerWorld.newerImage, DockerWorld.mute, DockerWorld.crashing] {
            images[image] = try await world.admin.post(
                "/api/v1/images", ["category": "neuronex", "reference": image]
            ).expect(201)["id"]
        }
        let node = NodeWorld(world: world, engine: engine, project: project, host: host, images: images)
        do {
            try await body(node)
        } catch {
            try? await node.clean()
            throw error
        }
        try await node.clean()
    }
}

extension NodeWorld {
    fileprivate func clean() async throws {
        let platform = world.plane.platformName
        let label = "label=io.edgewright.platform=\(platform)"
        let containers = try await engine.docker("ps", "--all", "--quiet", "--filter", label)
        for id in containers.split(separator: "\n") {
            try await engine.docker("rm", "--force", "--volumes", String(id))
        }
        let volumes = try await engine.docker("volume", "ls", "--quiet", "--filter", label)
        for name in volumes.split(separator: "\n") { try await engine.docker("volume", "rm", String(name)) }
    }
}
