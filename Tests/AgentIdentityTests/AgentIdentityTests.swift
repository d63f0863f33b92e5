import AgentIdentity
import Foundation
import TestSupport
import Testing

@Suite struct AgentIdentityTests {
    private static let proof = AgentProof(
        audience: "plant.example", nonce: "n-1", purpose: .connect, issuedAt: 1_700_000_000, expiresAt: 1_700_000_060,
        instance: "i-1")

    @Test func `what an agent has signed is read with its public key`() throws {
        let key = AgentKeyPair()
        let text = try SignedProof(Self.proof, by: key).text
        let received = try SignedProof(text)
        #expect(received.fingerprint == key.fingerprint)
        #expect(try received.verified(with: key.publicKey) == Self.proof)
    }

    @Test func `another key, another word or another signature is no proof`() throws {
        let (key, other) = (AgentKeyPair(), AgentKeyPair())
        let text = try SignedProof(Self.proof, by: key).text
        #expect(throws: SignedProof.Flaw.signature) { try SignedProof(text).verified(with: other.publicKey) }
        var forged = Self.proof
        forged.audience = "elsewhere.example"
        let foreign = try SignedProof(forged, by: key).text.split(separator: ".")
        let parts = text.split(separator: ".")
        for mixed in ["\(parts[0]).\(foreign[1]).\(parts[2])", "\(parts[0]).\(parts[1]).\(foreign[2])"] {
            #expect(throws: SignedProof.Flaw.signature) { try SignedProof(mixed).verified(with: key.publicKey) }
        }
        // Signed by somebody else, in this key's name.
        let stolen = try SignedProof(Self.proof, by: other).text.split(separator: ".")
        #expect(throws: SignedProof.Flaw.signature) {
            try SignedProof("\(parts[0]).\(stolen[1]).\(stolen[2])").verified(with: key.publicKey)
        }
    }

    @Test(arguments: [
        "", "a", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", "e30.e30.AAAA", String(repeating: "a", count: 5000),
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IngifQ.e30.AAAA",
    ])
    func `what is no proof is refused`(text: String) {
        #expect(throws: SignedProof.Flaw.malformed) { try SignedProof(text) }
    }

    @Test func `an algorithm of the sender's choice is refused`() throws {
        let key = AgentKeyPair()
        let parts = try SignedProof(Self.proof, by: key).text.split(separator: ".")
        let head = Data(#"{"alg":"none","kid":"\#(key.fingerprint)"}"#.utf8).base64EncodedString()
            .filter { $0 != "=" }
        #expect(throws: SignedProof.Flaw.malformed) { try SignedProof("\(head).\(parts[1]).\(parts[2])") }
    }

    @Test func `a key is made once, for its owner's eyes only`() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "agent.key")
            let key = try AgentKeyPair.load(from: file)
            #expect(try AgentKeyPair.load(from: file).fingerprint == key.fingerprint)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["agent.key"])
            let next = AgentKeyPair()
            try next.save(to: file, replacing: false)
            #expect(try AgentKeyPair.load(from: file).fingerprint == key.fingerprint)
            try next.save(to: file, replacing: true)
            #expect(try AgentKeyPair.load(from: file).fingerprint == next.fingerprint)
        }
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a key that root makes is its folder's owner's, who runs the agent`() throws {
        try withTemporaryDirectory { folder in
            try FileManager.default.setAttributes(
                [.ownerAccountID: 62_282, .groupOwnerAccountID: 62_283], ofItemAtPath: folder.path)
            let file = folder.appending(path: "agent.key")
            _ = try AgentKeyPair.load(from: file)
            try AgentKeyPair().save(to: file, replacing: true)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.ownerAccountID] as? Int == 62_282)
            #expect(attributes[.groupOwnerAccountID] as? Int == 62_283)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `a key that others can read, and a file that is no key, are refused and left alone`() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "agent.key")
            _ = try AgentKeyPair.load(from: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
            let open = #expect(throws: AgentKeyPair.FileError.self) { try AgentKeyPair.load(from: file) }
            #expect(open?.description.contains("can be read by others") == true)
            try Data("nonsense".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            #expect(throws: AgentKeyPair.FileError.self) { try AgentKeyPair.load(from: file) }
            #expect(try Data(contentsOf: file) == Data("nonsense".utf8))
            let missing = folder.appending(path: "none/agent.key")
            let gone = #expect(throws: AgentKeyPair.FileError.self) { try AgentKeyPair.load(from: missing) }
            #expect(gone?.description.contains("no such file") == true)
        }
    }

    @Test func `a fingerprint looks as OpenSSH's do`() throws {
        let fingerprint = AgentFingerprint(of: Data(repeating: 7, count: 32))
        #expect(fingerprint.description.utf8.count == 50)
        #expect(AgentFingerprint(fingerprint.description) == fingerprint)
        #expect(AgentFingerprint("SHA256:short") == nil)
        #expect(AgentFingerprint(String(fingerprint.description.dropFirst(7))) == nil)
    }
}

private func withTemporaryDirectory(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "agent-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}
