import Agent
import AgentIdentity
import Fleet
import Foundation
import NIOCore
import TestSupport
import Testing
import Transport

/// The change of an agent's key, and what becomes of it when it breaks off.
@Suite struct KeyRotationTests {
    private func rotate(_ world: AgentWorld) async throws -> RotationAnswer {
        let answer = try await StatusClient(world.folder).ask(.rotateKey)
        return try JSONDecoder().decode(RotationAnswer.self, from: try #require(answer))
    }

    @Test func `a running agent takes a new key and dials anew, and the old connection ends after it`() async throws {
        try await withConnectedAgent { world, tunnel in
            let before = try world.fingerprint()
            let answer = try await rotate(world)
            #expect(answer.error == nil)
            #expect(answer.fingerprint != before)
            let next = try await world.platform.nextTunnel()
            #expect(world.platform.known == [try #require(answer.fingerprint)])
            let kept = try world.fingerprint()
            #expect(kept == answer.fingerprint)
            #expect(!FileManager.default.fileExists(atPath: world.folder.nextKey.path))
            try await tunnel.closed.get()
            _ = try await world.profile(through: next)
            let status = try await world.status()
            #expect(status?.fingerprint == answer.fingerprint)
            #expect(world.platform.enrolments.count == 1)
        }
    }

    @Test func `a platform that does not want it changes nothing`() async throws {
        try await withConnectedAgent { world, tunnel in
            let before = try world.fingerprint()
            world.platform.interfere { question in
                question.path == AgentPath.rotate ? .status(400, body: #"{"detail":"Not today."}"#) : nil
            }
            let answer = try await rotate(world)
            #expect(answer == RotationAnswer(error: "The platform does not change the key: Not today."))
            #expect(try world.fingerprint() == before)
            #expect(!FileManager.default.fileExists(atPath: world.folder.nextKey.path))
            _ = try await world.profile(through: tunnel)
        }
    }

    @Test func `a platform that wants it later is not pressed`() async throws {
        try await withConnectedAgent { world, _ in
            world.platform.interfere { question in
                guard question.path == AgentPath.rotate else { return nil }
                return .status(429, headers: [("Retry-After", "3000")], body: #"{"detail":"Too often."}"#)
            }
            let answer = try await rotate(world)
            #expect(answer == RotationAnswer(error: "The platform does not change the key now: Too often."))
            #expect(!FileManager.default.fileExists(atPath: world.folder.nextKey.path))
        }
    }

    @Test func `a challenge that was too old, or a platform without time, is no end of it`() async throws {
        try await withConnectedAgent { world, _ in
            let answers = Countdown([.status(401), .status(503, headers: [("Retry-After", "0")])])
            world.platform.interfere { $0.path == AgentPath.rotate ? answers.next() : nil }
            let answer = try await rotate(world)
            #expect(answer.error == nil)
        }
    }

    @Test func `an answer that was lost is no end of it`() async throws {
        try await withConnectedAgent { world, _ in
            let before = try world.fingerprint()
            world.platform.loseAnswers(of: AgentPath.rotate)
            // The platform knows the new key and says so to nobody; by the old one it does not know the agent any more.
            let answer = try await rotate(world)
            #expect(answer.error?.contains("finds out when it dials") == true)
            _ = try await world.platform.nextTunnel()
            try await eventually("the new key is the agent's own") { try world.fingerprint() != before }
            #expect(world.platform.known == [try #require(try world.fingerprint())])
            #expect(world.platform.enrolments.count == 1)
        }
    }

    // MARK: Killed in between

    /// An agent begins with these keys in its folder, with a platform that knows some of them.
    private func start(
        _ current: AgentKeyPair, _ next: AgentKeyPair, known: [AgentKeyPair],
        _ body: @Sendable @escaping (AgentWorld) async throws -> Void
    ) async throws {
        let platform = ScriptedPlatform()
        for key in known { platform.know(key) }
        try await withTemporaryFolder { path in
            let folder = StateFolder(path.path)
            try current.save(to: folder.key, replacing: true)
            try next.save(to: folder.nextKey, replacing: true)
            try await platform.listening { port in
                try await withAgent(of: platform, at: port, in: folder) { world in
                    _ = try await platform.nextTunnel()
                    try await body(world)
                }
            }
        }
    }

    private func end(_ world: AgentWorld, with key: AgentKeyPair) async throws {
        let name = key.fingerprint.description
        try await eventually("the platform and the agent know one key") {
            try world.platform.known == [name] && world.fingerprint() == name
                && !FileManager.default.fileExists(atPath: world.folder.nextKey.path)
        }
    }

    @Test func `killed before it asked, the agent asks after its next start`() async throws {
        let (current, next) = (AgentKeyPair(), AgentKeyPair())
        try await start(current, next, known: [current]) { world in
            try await end(world, with: next)
            #expect(world.platform.enrolments.isEmpty)
        }
    }

    @Test func `killed before it heard the answer, the agent finds out by dialling`() async throws {
        let (current, next) = (AgentKeyPair(), AgentKeyPair())
        try await start(current, next, known: [next]) { world in
            try await end(world, with: next)
            #expect(world.platform.enrolments.isEmpty)
            #expect(!world.platform.questions.contains(AgentPath.rotate))
        }
    }

    @Test func `where the platform knows neither the agent enrols, and then changes the key`() async throws {
        let (current, next) = (AgentKeyPair(), AgentKeyPair())
        try await start(current, next, known: []) { world in
            try await end(world, with: next)
            #expect(world.platform.enrolments.count == 1)
        }
    }

    @Test func `a key whose change is under way is the same in every attempt`() throws {
        try withFolder { folder in
            let keys = try KeyStore(folder)
            let next = try keys.prepareNext()
            #expect(try keys.prepareNext().fingerprint == next.fingerprint)
            #expect(try KeyStore(folder).prepareNext().fingerprint == next.fingerprint)
        }
    }

    @Test func `where a new key can't be written nothing changes`() throws {
        try withFolder { folder in
            let keys = try KeyStore(folder)
            let before = keys.current.fingerprint
            try FileManager.default.removeItem(at: folder.url)
            #expect(throws: AgentKeyPair.FileError.self) { try keys.prepareNext() }
            #expect(keys.current.fingerprint == before)
            #expect(!keys.hasNext)
        }
    }

    @Test func `a disk that does not take the change is brought up to date later`() throws {
        try withFolder { folder in
            let keys = try KeyStore(folder)
            let next = try keys.prepareNext()
            // A folder in the way of the file.
            try FileManager.default.removeItem(at: folder.key)
            try FileManager.default.createDirectory(at: folder.key, withIntermediateDirectories: false)
            #expect(keys.promoteNext())
            #expect(throws: AgentKeyPair.FileError.self) { try keys.settle() }
            #expect(keys.current.fingerprint == next.fingerprint)
            // No other change begins before.
            #expect(throws: AgentKeyPair.FileError.self) { try keys.prepareNext() }
            try FileManager.default.removeItem(at: folder.key)
            try keys.settle()
            #expect(try AgentKeyPair.read(folder.key)?.fingerprint == next.fingerprint)
            #expect(try AgentKeyPair.read(folder.nextKey) == nil)
        }
    }

    @Test func `without a running agent the command does it`() async throws {
        let platform = ScriptedPlatform()
        try await withTemporaryFolder { path in
            let folder = StateFolder(path.path)
            platform.know(try AgentKeyPair.load(from: folder.key))
            try await platform.listening { port in
                try await withTransportClient { client in
                    var draft = AgentSettingsDraft()
                    draft.servers = ["http://127.0.0.1:\(port)"]
                    draft.state = path.path
                    let settings = try draft.complete(machine: "box")
                    let answer = await RotationAnswer.withoutAgent(settings, client: client)
                    #expect(answer.error == nil)
                    #expect(platform.known == [try #require(answer.fingerprint)])
                    #expect(try AgentKeyPair.read(folder.key)?.fingerprint.description == answer.fingerprint)
                    let held = try folder.lock()
                    let refused = await RotationAnswer.withoutAgent(settings, client: client)
                    #expect(refused.error?.hasPrefix("An agent runs with") == true)
                    withExtendedLifetime(held) {}
                }
            }
        }
    }

    private func withFolder(_ body: (StateFolder) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "ew-keys-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        try body(StateFolder(url.path))
    }
}
