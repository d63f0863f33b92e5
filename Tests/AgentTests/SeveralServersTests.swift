import Agent
import Fleet
import Foundation
import TestSupport
import Testing
import Transport

/// An agent that is told of more than one address of its platform.
@Suite(.timeLimit(.minutes(2))) struct SeveralServersTests {
    /// Two control planes, each of which knows only who has enrolled with it.
    private func withTwo(
        _ body: (_ first: ScriptedPlatform, _ second: ScriptedPlatform, _ ports: [Int], StateFolder) async throws ->
            Void
    ) async throws {
        let (first, second) = (ScriptedPlatform(), ScriptedPlatform())
        try await withTemporaryFolder { folder in
            try await first.listening { one in
                try await second.listening { other in
                    try await body(first, second, [one, other], StateFolder(folder.path))
                }
            }
        }
    }

    private func set(_ ports: [Int]) -> (inout AgentSettingsDraft) -> Void {
        { $0.servers = ports.map { "http://127.0.0.1:\($0)" } }
    }

    @Test func `the next is asked when one does not answer, and the one that answered is asked first`() async throws {
        let platform = ScriptedPlatform()
        let nobody = try freePort()
        try await withTemporaryFolder { folder in
            try await platform.listening { port in
                try await withAgent(of: platform, at: port, in: StateFolder(folder.path), set([nobody, port])) {
                    world in
                    let tunnel = try await platform.nextTunnel()
                    try await eventually("it says where it is connected") {
                        try await world.status()?.state == .connected
                    }
                    #expect(try await world.status()?.platform == "http://127.0.0.1:\(port)")
                    tunnel.close()
                    _ = try await platform.nextTunnel()
                }
            }
        }
    }

    @Test(arguments: [
        ScriptedPlatform.Answer.status(502), .status(503), .status(404), .status(301), .nothing,
    ])
    func `it goes to another one when something else answers in its place`(answer: ScriptedPlatform.Answer) async throws
    {
        try await withTwo { first, second, ports, folder in
            try await withAgent(of: first, at: ports[0], in: folder, set(ports)) { world in
                let tunnel = try await first.nextTunnel()
                #expect(second.questions.isEmpty)
                first.interfere { _ in answer }
                tunnel.close()
                _ = try await second.nextTunnel()
                try await eventually("it says where it is connected") {
                    try await world.status()?.platform == "http://127.0.0.1:\(ports[1])"
                }
            }
        }
    }

    @Test func `it goes to another one when the way to one passes no upgrade on`() async throws {
        try await withTwo { first, second, ports, folder in
            first.interfere { $0.path == AgentPath.tunnel ? .status(400) : nil }
            try await withAgent(of: first, at: ports[0], in: folder, set(ports)) { _ in
                _ = try await second.nextTunnel()
            }
        }
    }

    @Test func `who says when to come again is waited for`() async throws {
        try await withTwo { first, second, ports, folder in
            let once = Countdown([.status(503, headers: [("Retry-After", "1")])])
            first.interfere { _ in once.next() }
            try await withAgent(of: first, at: ports[0], in: folder, set(ports)) { _ in
                _ = try await first.nextTunnel()
            }
            #expect(second.questions.isEmpty)
        }
    }
}
