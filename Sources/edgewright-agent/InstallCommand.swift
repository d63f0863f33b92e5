import Agent
import ArgumentParser
import Fleet
import Foundation

/// `edgewright-agent install`
struct InstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Install the agent as a service of this machine, or upgrade it.",
        discussion: """
            Writes \(Installation.settingsFile), copies this program to \(Installation.program) and starts it as a \
            service of systemd. Run again it replaces the program and the settings that are given; the rest, and the \
            key, stay.
            """)

    @OptionGroup var arguments: SettingsArguments
    @Option(help: ArgumentHelp("Folder that stands for /, for images and tests; nothing is started.", valueName: "dir"))
    var prefix: String?
    @Flag(help: "Do not start the service.") var noStart = false

    func run() async throws {
        let systemctl = try Systemctl.ifWanted(prefix: prefix, noStart: noStart)
        guard arguments.place.config == nil else {
            throw ValidationError("--config is not used here: the settings are in \(Installation.settingsFile).")
        }
        try Installation(prefix: prefix ?? "", systemctl: systemctl).install(
            try arguments.draft(), program: "/proc/self/exe", machine: AgentProgram.machine
        ) { print($0) }
        guard systemctl != nil else { return }
        try await showStatus()
    }

    /// Waits until it is connected, or says why it is not: at most ten seconds.
    private func showStatus() async throws {
        let folder = StateFolder(
            try AgentSettingsDraft.read(file: Installation.settingsFile).state ?? AgentSettings.defaultState)
        for _ in 0..<20 {
            try await Task.sleep(for: .milliseconds(500))
            // It may not be there yet.
            guard let answer = try? await StatusClient(folder).ask(.status),
                let status = try? JSONDecoder().decode(AgentStatus.self, from: answer), status.isDecided
            else { continue }
            return print("\n\(status.text)", terminator: "")
        }
        print("It is not connected yet; see: edgewright-agent status, or journalctl -u \(SystemdUnit.name)")
    }
}

extension AgentStatus {
    fileprivate var isDecided: Bool { state == .connected || state == .waiting }
}
