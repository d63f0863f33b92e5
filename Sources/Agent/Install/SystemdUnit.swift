import Fleet

/// The agent as a service of systemd: a user of its own that the system makes up, which may write nowhere but into its
/// state folder.
package struct SystemdUnit: Sendable {
    package static let name = "edgewright-agent.service"

    /// Below `/var/lib`.
    private let stateDirectory: String
    /// Whose members may use the Docker engine; `nil` when none is offered.
    private let dockerGroup: String?
    private let settingsFile: String
    private let program: String

    /// - Parameter dockerGroup: one that exists, or the service does not start at all; used when an engine is offered.
    /// - Throws: `.invalidInput` when the state is where such a user can't have it.
    package init(_ settings: AgentSettings, settingsFile: String, program: String, dockerGroup: String?) throws {
        stateDirectory = try Self.stateDirectory(settings.state)
        self.dockerGroup = settings.offers.contains { $0.offer.kind == .docker } ? dockerGroup : nil
        self.settingsFile = settingsFile
        self.program = program
    }

    /// - Throws: `.invalidInput` naming `state`.
    static func stateDirectory(_ state: String) throws -> String {
        let root = "/var/lib/"
        let name = state.hasPrefix(root) ? state.dropFirst(root.count) : ""
        let isPlain = name.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || "._-/".contains(character))
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard isPlain, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0 == "private" }) else {
            throw EdgewrightError.invalid("state", "of an installed agent must be a folder below /var/lib")
        }
        return String(name)
    }

    package var text: String {
        """
        # Written by `edgewright-agent install`, which replaces it; changes of your own belong into
        # `systemctl edit edgewright-agent`.
        [Unit]
        Description=Edgewright agent
        Wants=network-online.target
        After=network-online.target
        # It is started again for as long as it takes.
        StartLimitIntervalSec=0

        [Service]
        Type=exec
        ExecStart=\(program) run --config ${CREDENTIALS_DIRECTORY}/agent.yaml
        LoadCredential=agent.yaml:\(settingsFile)
        Restart=always
        # Settings that are no good get no better by themselves: then it is shown as failed.
        RestartPreventExitStatus=64
        RestartSec=5
        TimeoutStopSec=15
        DynamicUser=yes
        StateDirectory=\(stateDirectory)
        StateDirectoryMode=0700
        \(dockerGroup.map { "SupplementaryGroups=\($0)\n" } ?? "")UMask=0077
        CapabilityBoundingSet=
        AmbientCapabilities=
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        ProtectClock=yes
        ProtectControlGroups=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectProc=invisible
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallErrorNumber=EPERM

        [Install]
        WantedBy=multi-user.target

        """
    }
}
