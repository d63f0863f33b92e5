import Agent
import AgentIdentity
import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing
import Transport

/// An agent and a platform on real connections.
@Suite struct AgentServiceTests {
    @Test func `an agent enrols, connects and says what it is`() async throws {
        try await withConnectedAgent { draft in
            draft.token = "ewe_secret"
            draft.name = "press line 4"
            draft.description = "hall 2"
            draft.offers = [try LocalOffer(flag: "neuronex=http://127.0.0.1:8085")]
        } _: { world, tunnel in
            let profile = try await world.profile(through: tunnel)
            #expect(profile.name == "press line 4")
            #expect(profile.description == "hall 2")
            #expect(profile.version == AgentProgram.version)
            #expect(profile.system.hasPrefix("linux "))
            #expect(profile.offers.map(\.url) == ["http://127.0.0.1:8085"])
            let enrolment = try #require(world.platform.enrolments.first)
            #expect(enrolment.token == "ewe_secret")
            #expect(enrolment.profile == profile)
            #expect(world.platform.known == [try #require(try world.fingerprint())])
            let hasLeaked = world.log.lines.contains { $0.contains("ewe_secret") }
            #expect(!hasLeaked)
        }
    }

    @Test func `an agent that was enrolled before only connects`() async throws {
        let platform = ScriptedPlatform()
        try await withTemporaryFolder { path in
            let folder = StateFolder(path.path)
            platform.know(try AgentKeyPair.load(from: folder.key))
            try await platform.listening { port in
                for _ in 0..<2 {
                    try await withAgent(of: platform, at: port, in: folder) { _ in _ = try await platform.nextTunnel() }
                }
            }
        }
        #expect(platform.enrolments.isEmpty)
        #expect(platform.questions == [AgentPath.challenge, AgentPath.tunnel, AgentPath.challenge, AgentPath.tunnel])
        #expect(platform.instances.count == 2)
    }

    @Test func `an agent is there before its platform, and comes back to it`() async throws {
        let port = try freePort()
        let platform = ScriptedPlatform()
        try await withTemporaryFolder { path in
            try await withAgent(of: platform, at: port, in: StateFolder(path.path)) { world in
                try await eventually("it says that nobody is there") {
                    world.log.lines.contains { $0.contains("connection refused by 127.0.0.1:\(port)") }
                }
                try await platform.listening(on: port) { _ in
                    let tunnel = try await platform.nextTunnel()
                    tunnel.close()
                }
                try await platform.listening(on: port) { _ in
                    let tunnel = try await platform.nextTunnel()
                    _ = try await world.profile(through: tunnel)
                }
            }
        }
        #expect(platform.enrolments.count == 1)
        #expect(platform.instances.count == 1)
    }

    @Test func `a platform that says goodbye may end what it has begun, while the agent dials anew`() async throws {
        try await withHTTPServer { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            try await exchange.write("slow")
            try await exchange.waitForClose()
        } _: { server in
            try await withConnectedAgent { draft in
                draft.offers = [try LocalOffer(flag: "slow=http://127.0.0.1:\(server.port)")]
            } _: { world, tunnel in
                let answer = try await world.get("slow", "/", through: tunnel)
                var pieces = answer.body.makeAsyncIterator()
                tunnel.goAway()
                let next = try await world.platform.nextTunnel()
                let piece = try await pieces.next()
                #expect(piece.map { String(buffer: $0) } == "slow")
                _ = try await world.profile(through: next)
                answer.cancel()
                try await tunnel.closed.get()
            }
        }
    }

    @Test func `several connections are of one instance`() async throws {
        try await withConnectedAgent {
            $0.connections = 3
        } _: { world, _ in
            _ = try await world.platform.nextTunnel()
            _ = try await world.platform.nextTunnel()
            try await eventually("the agent counts three") { try await world.status()?.connections == 3 }
            #expect(world.platform.instances.count == 1)
            #expect(world.platform.enrolments.count == 1)
        }
    }

    @Test func `while there is much to carry the agent holds one connection more`() async throws {
        var load = TunnelLoad.Limits()
        load.interval = .milliseconds(20)
        (load.busy, load.untilBusy, load.untilQuiet) = (2, 1, 50)
        load.quiet = 2
        try await withConnectedAgent(load: load) { world, first in
            // Twice: what was closed is opened again.
            for _ in 0..<2 {
                let second = try await withThrowingTaskGroup(of: TunnelClient?.self) { group in
                    group.addTask { try await world.platform.nextTunnel() }
                    group.addTask {
                        while !Task.isCancelled { _ = try await world.profile(through: first) }
                        return nil
                    }
                    defer { group.cancelAll() }
                    return try #require(try await group.next() ?? nil)
                }
                _ = try await world.profile(through: second)
                try await second.closed.get()
                try await eventually("one is left") { try await world.status()?.connections == 1 }
            }
            _ = try await world.profile(through: first)
            #expect(world.platform.instances.count == 1)
        }
    }

    @Test func `who has said how many connections there are to be gets no more`() async throws {
        var load = TunnelLoad.Limits()
        load.interval = .milliseconds(5)
        (load.busy, load.untilBusy) = (0, 1)
        try await withConnectedAgent(load: load) {
            $0.connections = 1
        } _: { world, first in
            for _ in 0..<50 { _ = try await world.profile(through: first) }
            #expect(try await world.status()?.connections == 1)
        }
    }

    @Test func `it says what it is to the platform, once it has been told`() async throws {
        try await withConnectedAgent { world, tunnel in
            #expect(try await world.status()?.membership == nil)
            for (told, membership) in [
                ("unmanaged", EdgeAgent.State.unmanaged), ("a later state", .unmanaged), ("managed", .managed),
            ] {
                _ = try await TunnelTransport(agent: "test", offer: AgentProfile.authority) { tunnel }
                    .send(
                        RemoteRequest(
                            target: AgentProfile.path, headerFields: [.agentState: told], timeout: .seconds(30)))
                let status = try #require(try await world.status())
                #expect(status.membership == membership)
                let fingerprint = try #require(status.fingerprint)
                let isToClaim = status.advice?.contains("agents claim \(fingerprint)") ?? false
                #expect(isToClaim == (membership == .unmanaged))
                #expect(status.text.contains("Membership:"))
            }
        }
    }

    @Test func `a revoked agent stays away, tells why, and answers for its status meanwhile`() async throws {
        let platform = ScriptedPlatform()
        platform.interfere { question in
            let problem = #"{"title":"Forbidden","detail":"The key was revoked."}"#
            return question.path == AgentPath.tunnel ? .status(403, body: problem) : nil
        }
        try await withTemporaryFolder { path in
            try await platform.listening { port in
                try await withAgent(of: platform, at: port, in: StateFolder(path.path)) { world in
                    try await eventually("it waits") { try await world.status()?.state == .waiting }
                    let status = try #require(try await world.status())
                    #expect(status.lastError == "the platform refuses this agent's key: The key was revoked.")
                    #expect(status.advice?.contains("restore the agent") == true)
                    let warnings = world.log.lines.filter { $0.contains("warning") }
                    #expect(warnings.contains { $0.contains("restore the agent") })
                }
            }
        }
        #expect(platform.questions == [AgentPath.challenge, AgentPath.tunnel])
    }

    @Test func `whoever asks sees how the agent does`() async throws {
        try await withHTTPServer {
            try await $0.respond("here")
        } _: { server in
            try await withConnectedAgent { draft in
                draft.offers = [
                    try LocalOffer(flag: "there=http://127.0.0.1:\(server.port)"),
                    try LocalOffer(flag: "gone=http://127.0.0.1:1"),
                ]
            } _: { world, tunnel in
                _ = try await world.get("there", "/", through: tunnel).text()
                let status = try #require(try await world.status())
                #expect(status.state == .connected)
                #expect(status.agentId == Identifier("0123456789abcdefghjkmnpqrs"))
                #expect(status.fingerprint == (try world.fingerprint()))
                #expect(status.offers.map(\.name) == ["gone", "there"])
                #expect(status.offers.map(\.answers) == [false, true])
                #expect(status.offers[0].problem == "connection refused by 127.0.0.1:1")
                #expect(status.bytesReceived > 0)
                #expect(status.bytesSent > 0)
                #expect(status.latencyMilliseconds.map { $0 > 0 && $0 < 1000 } == true)
                #expect(status.text.contains("there  http://127.0.0.1:\(server.port)  answers"))
                let socket = world.folder.statusSocket.path
                let attributes = try FileManager.default.attributesOfItem(atPath: socket)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    @Test func `an agent whose platform says nothing is connecting, and ends when it is told to`() async throws {
        try await withRawServer { inbound, _ in
            for try await _ in inbound {}
        } _: { server in
            try await withTemporaryFolder { path in
                let (platform, folder) = (ScriptedPlatform(), StateFolder(path.path))
                try await withAgent(of: platform, at: server.port, in: folder) { world in
                    try await eventually("it is connecting") { try await world.status()?.state == .connecting }
                }
            }
        }
    }

    @Test func `nobody is asked where no agent runs`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path.path)
            let answer = try await StatusClient(folder).ask(.status)
            #expect(answer == nil)
            // As one that was killed leaves it.
            try Data().write(to: folder.statusSocket)
            try await withConnectedAgent {
                $0.state = path.path
            } _: { world, _ in
                try await eventually("it answers") {
                    (try? await StatusClient(folder).ask(.status)) != nil
                }
            }
            let after = try await StatusClient(folder).ask(.status)
            #expect(after == nil)
        }
    }

    @Test func `two agents do not run with one key`() async throws {
        try await withConnectedAgent { world, _ in
            var draft = AgentSettingsDraft()
            draft.servers = ["http://127.0.0.1:1"]
            draft.state = world.folder.url.path
            let second = AgentService(
                try draft.complete(machine: "box"), group: MultiThreadedEventLoopGroup.singleton,
                logger: world.log.logger())
            await #expect(throws: AgentKeyPair.FileError.self) { try await second.run() }
        }
    }

    @Test func `without a place for its key an agent goes on trying, and begins when there is one`() async throws {
        let platform = ScriptedPlatform()
        try await withTemporaryFolder { path in
            // A file where the folder is to be: whoever the test runs as, nothing can be made there.
            let folder = StateFolder(path.appending(path: "state").path)
            try Data().write(to: folder.url)
            try await platform.listening { port in
                try await withAgent(of: platform, at: port, in: folder) { world in
                    try await eventually("it says so") {
                        world.log.lines.contains { $0.contains("error there is no key to start with") }
                    }
                    try FileManager.default.removeItem(at: folder.url)
                    _ = try await platform.nextTunnel()
                    let attributes = try FileManager.default.attributesOfItem(atPath: folder.url.path)
                    #expect(attributes[.posixPermissions] as? Int == 0o700)
                }
            }
        }
    }

    @Test func `an agent whose folder vanishes stays connected`() async throws {
        try await withConnectedAgent { world, tunnel in
            try FileManager.default.removeItem(at: world.folder.url)
            tunnel.close()
            let next = try await world.platform.nextTunnel()
            _ = try await world.profile(through: next)
        }
    }
}
