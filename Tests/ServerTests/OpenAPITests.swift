import ControlPlane
import Fleet
import Foundation
import HTTPTypes
import TestSupport
import Testing
import Yams

@testable import Server

@Suite struct OpenAPITests {
    /// `method path` -> (operation, permission) as the document has it, without what stands outside the table.
    private func documented() throws -> [String: (operation: String, permission: String)] {
        let document = try #require(try Yams.load(yaml: OpenAPIDocument.text()) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        var found: [String: (operation: String, permission: String)] = [:]
        for (path, item) in paths where path.hasPrefix("/api/v1/") && !path.contains("/proxy/") {
            for (method, operation) in item {
                guard let operation = operation as? [String: Any], let id = operation["operationId"] as? String else {
                    continue
                }
                let short = String(path.dropFirst("/api/v1".count))
                found["\(method.uppercased()) \(short)"] = (id, operation["x-permission"] as? String ?? "")
            }
        }
        return found
    }

    private func name(_ access: Route.Access) -> String {
        switch access {
        case .open: "public"
        case .signedIn: "session"
        case .anywhere(let permission), .platform(let permission), .organization(let permission),
            .project(let permission), .service(let permission), .batch(let permission),
            .host(let permission), .agent(let permission):
            permission.rawValue
        }
    }

    @Test func `the document and the table name the same operations with the same permissions`() async throws {
        try await withControlPlane { world in
            let pages = EdgePages(
                tunnel: world.plane.tunnel, proxy: TunnelProxy(tunnel: world.plane.tunnel, timeout: .seconds(1)),
                edgeDomain: "localhost")
            let table = RouteTable.routes(world.plane, pages: pages)
            let documented = try documented()
            let routed = Dictionary(uniqueKeysWithValues: table.map { ("\($0.method.rawValue) \($0.path)", $0) })
            #expect(Set(documented.keys) == Set(routed.keys))
            for (key, route) in routed {
                #expect(documented[key]?.operation == route.operation, "operation of \(key)")
                #expect(documented[key]?.permission == name(route.access), "permission of \(key)")
            }
        }
    }

    @Test func `every POST but signing in and uploads takes an idempotency key`() throws {
        let document = try #require(try Yams.load(yaml: OpenAPIDocument.text()) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        for (path, item) in paths where !path.contains("/proxy/") {
            guard let operation = item["post"] as? [String: Any] else { continue }
            let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: Any]
            let isUpload = content.map { $0["application/json"] == nil } ?? false
            let isLeftOut = isUpload || operation["x-permission"] as? String == "public"
            let parameters = (operation["parameters"] as? [[String: String]] ?? []).compactMap { $0["$ref"] }
            #expect(parameters.contains("#/components/parameters/idempotencyKey") == !isLeftOut, "\(path)")
            let answers = operation["responses"] as? [String: Any] ?? [:]
            let isAnswered = answers["409"] != nil && answers["422"] != nil
            #expect(isLeftOut || isAnswered, "\(path)")
        }
    }
}
