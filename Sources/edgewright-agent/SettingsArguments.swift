import Agent
import ArgumentParser
import Fleet
import Foundation

/// Where the settings are, for commands that ask the agent or its key.
struct StateArguments: ParsableArguments {
    @Option(help: "YAML file with settings (\(AgentSettings.defaultFile), if it is there).") var config: String?
    @Option(help: "Folder of the agent's key (\(AgentSettings.defaultState)).") var state: String?

    func folder() throws -> StateFolder {
        if let state { return StateFolder(state) }
        return StateFolder(try AgentSettingsDraft.read(file: config).state ?? AgentSettings.defaultState)
    }
}

/// All that can be set.
struct SettingsArguments: ParsableArguments {
    private static let longestToken = 4096

    @OptionGroup var place: StateArguments
    @Option(
        help: ArgumentHelp(
            "The platform's address: https://edge.example.com; may be given several times, for several control planes.",
            valueName: "url"))
    var server: [String] = []
    @Option(
        help: """
            Enrolment token, needed once (EDGEWRIGHT_AGENT_TOKEN); without one the agent waits to be claimed.
            """)
    var token: String?
    @Option(help: "File with the enrolment token; - is the standard input.") var tokenFile: String?
    @Option(help: "What the platform calls it (this machine's name).") var name: String?
    @Option(help: "What the platform says of it.") var description: String?
    @Option(help: "PEM file of the authorities that the platform's certificate may be of (the system's).")
    var ca: String?
    @Option(help: "Proxy on the way to the platform: http://user:password@host:port") var proxy: String?
    @Option(
        help: ArgumentHelp(
            "Offers a service: neuronex=http://127.0.0.1:8085; may be given several times.", valueName: "name=url"))
    var offer: [String] = []
    @Option(help: "Offers the Docker engine behind a socket: unix:///var/run/docker.sock") var docker: String?
    @Option(help: "Where ports of the engine's containers are reached from here (127.0.0.1).")
    var dockerServices: String?
    @Flag(inversion: .prefixedNo, help: "Offers what is found at well-known local ports too.") var discover: Bool?
    @Option(help: "How many connections it holds to the platform (1).") var connections: Int?
    @Option(help: "text or json (text).") var logFormat: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical (info).") var logLevel: String?

    /// What was said on the command line, or of the token in the environment, which others on the machine don't see.
    func draft() throws -> AgentSettingsDraft {
        var draft = AgentSettingsDraft()
        draft.servers = server
        (draft.token, draft.tokenFile) = (try givenToken(), tokenFile == "-" ? nil : tokenFile)
        draft.name = name
        draft.description = description
        draft.authorities = ca
        draft.proxy = proxy
        draft.state = place.state
        draft.docker = docker
        draft.dockerServices = dockerServices
        draft.discovers = discover
        draft.connections = connections
        draft.logFormat = logFormat
        draft.logLevel = logLevel
        draft.offers = try offer.map { try LocalOffer(flag: $0) }
        return draft
    }

    /// - Throws: `.invalidInput` when it is to be in the standard input, and is not.
    private func givenToken() throws -> String? {
        if token != nil { return token }
        guard tokenFile != nil else {
            let variable = ProcessInfo.processInfo.environment["EDGEWRIGHT_AGENT_TOKEN"] ?? ""
            return variable.isEmpty ? nil : variable
        }
        guard tokenFile == "-" else { return nil }
        let input = try FileHandle.standardInput.read(upToCount: Self.longestToken) ?? Data()
        let text = String(decoding: input, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else {
            throw EdgewrightError.invalid("tokenFile", "is the standard input, in which there is no token")
        }
        return text
    }
}
