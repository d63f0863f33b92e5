import Agent
import AgentIdentity
import Fleet
import Foundation
import Synchronization
import TestSupport
import Testing

/// Installing into a folder that stands for the whole machine.
@Suite struct InstallationTests {
    private struct Machine {
        let root: URL
        let program: URL

        func file(_ path: String) -> URL { root.appending(path: path) }
        func text(_ path: String) throws -> String { try String(contentsOf: file(path), encoding: .utf8) }
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: file(path).path)[.posixPermissions] as? Int
        }
        func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: file(path).path) }

        @discardableResult
        func install(_ change: (inout AgentSettingsDraft) throws -> Void = { _ in }) throws -> [String] {
            var flags = AgentSettingsDraft()
            try change(&flags)
            var said: [String] = []
            try Installation(prefix: root.path, systemctl: nil)
                .install(flags, program: program.path, machine: "box") { said.append($0) }
            return said
        }
    }

    private func withMachine(_ body: (Machine) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let program = folder.appending(path: "downloaded")
            try Data("one".utf8).write(to: program)
            try await body(Machine(root: folder.appending(path: "root"), program: program))
        }
    }

    @Test func `everything is put in its place, for the right eyes`() async throws {
        try await withMachine { machine in
            let said = try machine.install { draft in
                draft.servers = ["https://edge.example"]
                draft.token = "ewe_secret"
                draft.offers = [try LocalOffer(flag: "neuronex=http://127.0.0.1:8085")]
            }
            #expect(said.count == 4)
            #expect(!said.contains { $0.contains("ewe_secret") })
            #expect(try machine.mode(Installation.settingsFile) == 0o600)
            #expect(try machine.mode(Installation.program) == 0o755)
            #expect(try machine.mode(Installation.unitFile) == 0o644)
            #expect(try machine.text(Installation.program) == "one")
            let settings = try AgentSettingsDraft.read(file: machine.file(Installation.settingsFile).path)
                .complete(machine: "box")
            #expect(settings.token == "ewe_secret")
            #expect(settings.offers.map(\.offer.name) == ["neuronex"])
            let unit = try machine.text(Installation.unitFile)
            #expect(unit.contains("DynamicUser=yes\nStateDirectory=edgewright-agent\n"))
            #expect(unit.contains("LoadCredential=agent.yaml:/etc/edgewright/agent.yaml\n"))
            #expect(!unit.contains("SupplementaryGroups"))
            #expect(!unit.contains("ewe_secret"))
            let link = machine.file(Installation.unitLink).path
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == Installation.unitFile)
        }
    }

    @Test func `run again it upgrades the program, and leaves what is not said anew`() async throws {
        try await withMachine { machine in
            try machine.install { $0.servers = ["https://edge.example"] }
            let own = try machine.text(Installation.settingsFile) + "# a remark of somebody's\n"
            try Data(own.utf8).write(to: machine.file(Installation.settingsFile))
            try Data("two".utf8).write(to: machine.program)
            try machine.install()
            #expect(try machine.text(Installation.program) == "two")
            #expect(try machine.text(Installation.settingsFile) == own)
            let said = try machine.install { $0.docker = "unix:///var/run/docker.sock" }
            // With a group that is not there the service would not start.
            #expect(said.contains { $0.contains("no group docker") })
            #expect(try !machine.text(Installation.unitFile).contains("SupplementaryGroups"))
            try Data("root:x:0:\ndocker:x:999:\n".utf8).write(to: machine.file("/etc/group"))
            try machine.install()
            let settings = try AgentSettingsDraft.read(file: machine.file(Installation.settingsFile).path)
            #expect(settings.servers == ["https://edge.example"])
            #expect(settings.docker == "unix:///var/run/docker.sock")
            #expect(try machine.text(Installation.unitFile).contains("\nSupplementaryGroups=docker\n"))
        }
    }

    @Test func `token and authorities are taken out of their files, which the service could not read`() async throws {
        try await withMachine { machine in
            let (token, authorities) = (machine.program.path + ".token", machine.program.path + ".pem")
            try Data("ewe_filed\n".utf8).write(to: URL(filePath: token))
            try Data("-----BEGIN".utf8).write(to: URL(filePath: authorities))
            try machine.install { draft in
                draft.servers = ["https://edge.example"]
                draft.tokenFile = token
                draft.authorities = authorities
            }
            let settings = try AgentSettingsDraft.read(file: machine.file(Installation.settingsFile).path)
            #expect(settings.token == "ewe_filed")
            #expect(settings.tokenFile == nil)
            #expect(settings.authorities == Installation.authoritiesFile)
            #expect(try machine.text(Installation.authoritiesFile) == "-----BEGIN")
        }
    }

    @Test func `what can't work is refused before anything is written`() async throws {
        try await withMachine { machine in
            let nothing = #expect(throws: EdgewrightError.self) { try machine.install() }
            #expect(nothing?.fields.map(\.field) == ["server"])
            for state in ["/srv/agent", "/var/lib/", "/var/lib/../x", "/var/lib/private/x", "/var/lib/a b", "state"] {
                let error = #expect(throws: EdgewrightError.self) {
                    try machine.install {
                        $0.servers = ["https://edge.example"]
                        $0.state = state
                    }
                }
                #expect(error?.fields.map(\.field) == ["state"], "\(state)")
            }
            #expect(!FileManager.default.fileExists(atPath: machine.root.path))
        }
    }

    @Test func `the service is started, and stopped before it is removed`() async throws {
        try await withMachine { machine in
            let told = Mutex<[[String]]>([])
            let installation = Installation(prefix: machine.root.path + "/") { arguments in
                told.withLock { $0.append(arguments) }
            }
            var flags = AgentSettingsDraft()
            flags.servers = ["https://edge.example"]
            try installation.install(flags, program: machine.program.path, machine: "box") { _ in }
            try installation.uninstall(purging: false) { _ in }
            #expect(
                told.withLock { $0 } == [
                    ["daemon-reload"], ["enable", SystemdUnit.name], ["restart", SystemdUnit.name],
                    ["disable", "--now", SystemdUnit.name], ["daemon-reload"],
                ])
        }
    }

    @Test func `uninstalling keeps who the agent is, unless that is to go too`() async throws {
        try await withMachine { machine in
            let installation = Installation(prefix: machine.root.path, systemctl: nil)
            try machine.install { $0.servers = ["https://edge.example"] }
            let state = StateFolder(machine.file(AgentSettings.defaultState).path)
            try state.prepare()
            _ = try AgentKeyPair.load(from: state.key)
            try installation.uninstall(purging: false) { _ in }
            #expect(!machine.isThere(Installation.program))
            #expect(!machine.isThere(Installation.unitFile))
            #expect(
                (try? FileManager.default.destinationOfSymbolicLink(
                    atPath: machine.file(Installation.unitLink).path)) == nil)
            #expect(machine.isThere(Installation.settingsFile))
            #expect(try AgentKeyPair.read(state.key) != nil)
            try installation.uninstall(purging: true) { _ in }
            #expect(!machine.isThere("/etc/edgewright"))
            #expect(!machine.isThere(AgentSettings.defaultState))
            // And once more, when there is nothing.
            try installation.uninstall(purging: true) { _ in }
        }
    }

    @Test func `somebody else's files in the state folder stay`() async throws {
        try await withMachine { machine in
            try machine.install { $0.servers = ["https://edge.example"] }
            let other = machine.file(AgentSettings.defaultState + "/other")
            try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
            try Installation(prefix: machine.root.path, systemctl: nil).uninstall(purging: true) { _ in }
            #expect(FileManager.default.fileExists(atPath: other.path))
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
    func `systemd understands the service, and finds it well shut in`() async throws {
        try await withMachine { machine in
            try machine.install { draft in
                draft.servers = ["https://edge.example"]
                draft.docker = "unix:///var/run/docker.sock"
            }
            // As it is in its place, but for the program, which is not installed here.
            let unit = try machine.text(Installation.unitFile).replacing(Installation.program, with: "/bin/true")
            let file = machine.file("/\(SystemdUnit.name)")
            try Data(unit.utf8).write(to: file)
            let verified = try run(["/usr/bin/systemd-analyze", "verify", "--man=no", file.path])
            #expect(verified.status == 0, "\(verified.output)")
            #expect(!verified.output.contains(SystemdUnit.name), "\(verified.output)")
            let security = try run([
                "/usr/bin/systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", file.path,
            ])
            #expect(security.status == 0, "\(security.output)")
        }
    }

    private func run(_ command: [String]) throws -> (status: Int32, output: String) {
        try ChildProcess.run(URL(filePath: command[0]), Array(command.dropFirst()))
    }
}
