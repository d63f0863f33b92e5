import Fleet
import Foundation
import Transport

/// The agent's files on a machine, and its service.
package struct Installation: Sendable {
    package static let settingsFile = "/etc/edgewright/agent.yaml"
    package static let authoritiesFile = "/etc/edgewright/agent-ca.pem"
    package static let program = "/usr/local/bin/edgewright-agent"
    package static let unitFile = "/etc/systemd/system/\(SystemdUnit.name)"
    /// Starts the service with the machine.
    package static let unitLink = "/etc/systemd/system/multi-user.target.wants/\(SystemdUnit.name)"

    /// Runs a command of the system, and throws when it fails.
    package typealias Command = @Sendable (_ arguments: [String]) throws -> Void

    private let prefix: String
    private let systemctl: Command?

    /// - Parameters:
    ///   - prefix: folder that stands for `/`, as for an image that is being made; empty for this machine.
    ///   - systemctl: `nil` where nothing is to be started or stopped.
    package init(prefix: String = "", systemctl: Command?) {
        var prefix = prefix
        while prefix.hasSuffix("/") { prefix.removeLast() }
        self.prefix = prefix
        self.systemctl = systemctl
    }

    /// Puts everything in its place, or what is there up to date: the key and whatever is not said anew stay.
    /// - Parameters:
    ///   - flags: go before what the settings' file says already.
    ///   - program: the agent's own, to be copied.
    ///   - did: is told what was done, as sentences without an end.
    package func install(
        _ flags: AgentSettingsDraft, program: String, machine: String, did: (String) -> Void
    ) throws {
        let settings = try writeSettings(flags, machine: machine, did)
        let unit = try SystemdUnit(
            settings, settingsFile: Self.settingsFile, program: Self.program, dockerGroup: dockerGroup(settings, did))
        if try PlacedFile.copy(program, to: place(Self.program), mode: 0o755) {
            did("copied the program to \(place(Self.program))")
        }
        try PlacedFile.write(Data(unit.text.utf8), to: place(Self.unitFile), mode: 0o644)
        did("wrote the service \(place(Self.unitFile))")
        guard let systemctl else {
            try link()
            return did("it starts with the machine, where systemd does")
        }
        try systemctl(["daemon-reload"])
        try systemctl(["enable", SystemdUnit.name])
        // Also when it runs: it is another program now.
        try systemctl(["restart", SystemdUnit.name])
        did("started the service, and it starts with the machine from now on")
    }

    /// Removes the service and the program; settings and key only when they are to go too.
    package func uninstall(purging: Bool, did: (String) -> Void) throws {
        let state = purging ? installedState() : nil
        let hasUnit = FileManager.default.fileExists(atPath: place(Self.unitFile))
        if hasUnit, let systemctl {
            try systemctl(["disable", "--now", SystemdUnit.name])
            did("stopped the service")
        }
        _ = try PlacedFile.remove(place(Self.unitLink))
        try remove(Self.unitFile, did)
        if hasUnit { try systemctl?(["daemon-reload"]) }
        try remove(Self.program, did)
        guard purging else { return did("left \(place(Self.settingsFile)) and the agent's key where they are") }
        try remove(Self.settingsFile, did)
        try remove(Self.authoritiesFile, did)
        rmdir(place("/etc/edgewright"))
        if let state { try removeState(state, did) }
    }

    private func place(_ path: String) -> String { prefix + path }

    /// What `systemctl enable` does, where none runs, or is to do anything.
    private func link() throws {
        let link = URL(filePath: place(Self.unitLink))
        do {
            try FileManager.default.createDirectory(
                at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
            _ = try PlacedFile.remove(link.path)
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: Self.unitFile)
        } catch let error as EdgewrightError {
            throw error
        } catch {
            throw EdgewrightError(
                .unavailable, "\(link.path) can't be made: \(error.localizedDescription)", cause: error)
        }
    }

    private func remove(_ path: String, _ did: (String) -> Void) throws {
        if try PlacedFile.remove(place(path)) { did("removed \(place(path))") }
    }
}

// MARK: Settings

extension Installation {
    private func existingSettings() throws -> AgentSettingsDraft {
        let file = place(Self.settingsFile)
        guard FileManager.default.fileExists(atPath: file) else { return AgentSettingsDraft() }
        return try AgentSettingsDraft.read(file: file)
    }

    /// - Returns: the settings that hold from now on.
    private func writeSettings(
        _ flags: AgentSettingsDraft, machine: String, _ did: (String) -> Void
    ) throws -> AgentSettings {
        var draft = flags.over(try existingSettings())
        let settings = try draft.complete(machine: machine)
        // Before anything is written.
        _ = try SystemdUnit.stateDirectory(settings.state)
        guard !flags.isEmpty else { return settings }
        // The service's user may read neither of the two where they are.
        if let file = flags.tokenFile {
            draft.token = try Self.text(file).trimmingCharacters(in: .whitespacesAndNewlines)
            draft.tokenFile = nil
        }
        if let file = flags.authorities {
            try PlacedFile.write(Data(try Self.text(file).utf8), to: place(Self.authoritiesFile), mode: 0o644)
            draft.authorities = Self.authoritiesFile
            did("wrote the authorities \(place(Self.authoritiesFile))")
        }
        let remark = "# Settings of edgewright-agent. Whoever reads this file can use what is secret in it.\n"
        try PlacedFile.write(Data((remark + (try draft.yaml())).utf8), to: place(Self.settingsFile), mode: 0o600)
        did("wrote the settings \(place(Self.settingsFile))")
        return settings
    }

    private static func text(_ file: String) throws -> String {
        do {
            return try String(contentsOf: URL(filePath: file), encoding: .utf8)
        } catch {
            throw EdgewrightError(.invalidInput, "The file \(file) can't be read.", cause: error)
        }
    }

    /// Whose the engine's socket is; its usual name where that can't be seen.
    /// - Returns: `nil` when there is no such group: with it the service would not start.
    private func dockerGroup(_ settings: AgentSettings, _ did: (String) -> Void) -> String? {
        guard let engine = settings.offers.first(where: { $0.offer.kind == .docker }),
            case .unixSocket(let path) = engine.endpoint.address
        else { return nil }
        let usual = "docker"
        var status = stat()
        if prefix.isEmpty, stat(path, &status) == 0 {
            if status.st_gid != 0, let group = getgrgid(status.st_gid) { return String(cString: group.pointee.gr_name) }
            did("the service can't use \(path), which belongs to no group that it could join: give it to one (docker)")
            return nil
        }
        if hasGroup(usual) { return usual }
        did("the service can't use \(path): there is no group docker yet; install again when there is")
        return nil
    }

    private func hasGroup(_ name: String) -> Bool {
        if prefix.isEmpty { return getgrnam(name) != nil }
        let groups = try? String(contentsOf: URL(filePath: place("/etc/group")), encoding: .utf8)
        return groups?.split(separator: "\n").contains { $0.hasPrefix("\(name):") } ?? false
    }
}

// MARK: State

extension Installation {
    /// `nil` where it can't be known any more.
    private func installedState() -> String? {
        guard let state = try? existingSettings().state ?? AgentSettings.defaultState,
            (try? SystemdUnit.stateDirectory(state)) != nil
        else { return nil }
        return state
    }

    /// Only what is the agent's: somebody may keep other things there.
    private func removeState(_ path: String, _ did: (String) -> Void) throws {
        let name = path.dropFirst("/var/lib/".count)
        for root in [place("/var/lib/private/\(name)"), place(path)] {
            let folder = StateFolder(root)
            let files = [folder.key, folder.nextKey, folder.statusSocket, folder.enrolment]
            let removed = try files.map { try PlacedFile.remove($0.path) }
            if removed.contains(true) { did("removed the key in \(root)") }
            // A link of the system's, or a folder; one that is not empty stays.
            if rmdir(root) != 0, errno == ENOTDIR { unlink(root) }
        }
    }
}
