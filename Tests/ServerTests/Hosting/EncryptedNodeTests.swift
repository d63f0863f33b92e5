import Foundation
import TestSupport
import Testing

/// A node whose engine listens over TLS, and asks its clients who they are.
@Suite struct EncryptedNodeTests {
    private let known = TestCertificates.shared
    private let foreign = TestCertificates.foreign

    private func request(
        _ node: NodeWorld, name: String = "hall-2", host: String = "127.0.0.1", tls: [String: any Sendable]? = nil
    ) -> [String: any Sendable] {
        let own: [String: any Sendable] = [
            "ca": known.authority, "certificate": known.client, "key": known.clientKey,
        ]
        return ["name": name, "address": "tcp://\(host):\(node.engine.tlsPort)", "tls": tls ?? own]
    }

    @Test func `services are installed over an encrypted connection, and its key is never shown`() async throws {
        try await withNode { node in
            let host = try await node.admin.post("/api/v1/projects/\(node.project)/hosts", request(node)).expect(201)
            let check = try await node.admin.post("/api/v1/hosts/\(host["id"])/check", [:]).expect(200)
            #expect(check.json["reachable"] as? Bool == true, "\(check.text)")
            #expect((check.json["warnings"] as? [String])?.isEmpty ?? true)

            let port: [String: any Sendable] = ["container": 8085, "host": try freePort(), "protocol": "tcp"]
            let batch = try await node.run([
                "kind": "install", "targets": ["hosts": [host["id"]]] as [String: any Sendable],
                "parameters": [
                    "namePrefix": "tls-", "image": node.images[DockerWorld.image] ?? "",
                    "settings": ["ports": [port]] as [String: any Sendable],
                ] as [String: any Sendable],
            ])
            try await node.requireSuccess(of: batch)
            for answer in [host, check, try await node.admin.get("/api/v1/hosts/\(host["id"])")] {
                #expect(!answer.text.contains("PRIVATE KEY"))
                #expect(!answer.text.contains("BEGIN"))
            }
        }
    }

    @Test func `who has no certificate, or one of another authority, is refused in words`() async throws {
        try await withNode { node in
            let place = "/api/v1/projects/\(node.project)/hosts/check"
            let without = try await node.admin.post(place, request(node, tls: ["ca": known.authority])).expect(200)
            #expect(without.json["reachable"] as? Bool == false)
            #expect(without["reason"].contains("certificate"), "\(without.text)")

            let stranger: [String: any Sendable] = [
                "ca": known.authority, "certificate": foreign.client, "key": foreign.clientKey,
            ]
            let refused = try await node.admin.post(place, request(node, tls: stranger)).expect(200)
            #expect(refused.json["reachable"] as? Bool == false)
            #expect(refused["reason"].contains("certificate"), "\(refused.text)")
        }
    }

    @Test func `an engine that an unknown authority vouches for is not believed`() async throws {
        try await withNode { node in
            let place = "/api/v1/projects/\(node.project)/hosts/check"
            let unknown: [String: any Sendable] = [
                "ca": foreign.authority, "certificate": known.client, "key": known.clientKey,
            ]
            let answer = try await node.admin.post(place, request(node, tls: unknown)).expect(200)
            #expect(answer.json["reachable"] as? Bool == false)
            #expect(answer["reason"].contains("certificate"), "\(answer.text)")
            // Another name of this machine, which is not in its certificate.
            let named = try await node.admin.post(place, request(node, host: "127.0.0.2")).expect(200)
            #expect(named.json["reachable"] as? Bool == false)
        }
    }
}
