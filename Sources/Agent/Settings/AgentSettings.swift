package import Fleet
package import Logging
package import Transport

/// What an agent is told by whoever installs it, from its file and from flags.
package struct AgentSettings: Equatable, Sendable {
    package static let defaultFile = "/etc/edgewright/agent.yaml"
    package static let defaultState = "/var/lib/edgewright-agent"
    package static let connectionCounts = 1...8
    package static let mostServers = 8

    package enum LogFormat: String, Sendable, CaseIterable { case text, json }

    /// A place where the platform listens, and the proxy on the way to it.
    package struct Server: Equatable, Sendable {
        package var address: ServiceEndpoint
        /// May hold a password.
        package var proxy: RemoteEndpoint.Proxy?
    }

    /// At least one; of several the next is tried when one does not answer.
    package var servers: [Server]
    /// Of enrolment; needed once. A secret.
    package var token: String?
    /// A file with the token, read when it is needed: in place of `token`.
    package var tokenFile: String?
    /// What the platform calls it.
    package var name: String
    package var description: String
    /// A file of authorities (PEM) that the platform's certificate may be of, in place of the system's.
    package var authorities: String?
    /// Folder of its key.
    package var state: String
    /// By name.
    package var offers: [LocalOffer]
    /// Whether what is found at the well-known local ports is offered too.
    package var discovers: Bool
    /// Where ports that containers publish on the offered Docker engine are reached from here.
    package var dockerServices: String
    /// How many it holds to the platform at once.
    package var connections: Int
    /// Whether it adds one of its own accord while it has much to carry.
    package var growsWhenBusy: Bool
    package var logFormat: LogFormat
    package var logLevel: Logger.Level
}

/// Settings that may be incomplete: those of a flag go before those of the file.
package struct AgentSettingsDraft: Sendable {
    package var servers: [String] = []
    package var token: String?
    package var tokenFile: String?
    package var name: String?
    package var description: String?
    package var authorities: String?
    package var proxy: String?
    package var state: String?
    package var docker: String?
    package var dockerServices: String?
    package var discovers: Bool?
    package var connections: Int?
    package var logFormat: String?
    package var logLevel: String?
    package var offers: [LocalOffer] = []

    package init() {}

    /// Whether it says nothing at all.
    package var isEmpty: Bool {
        let texts = [
            token, tokenFile, name, description, authorities, proxy, state, docker, dockerServices, logFormat,
            logLevel,
        ]
        return texts.allSatisfy { $0 == nil } && discovers == nil && connections == nil && offers.isEmpty
            && servers.isEmpty
    }
}

// MARK: Putting together

extension AgentSettingsDraft {
    /// These settings where they say something, those of `file` where they do not; offers of both, these first.
    package func over(_ file: AgentSettingsDraft) -> AgentSettingsDraft {
        var merged = self
        merged.servers = servers.isEmpty ? file.servers : servers
        if token == nil, tokenFile == nil { (merged.token, merged.tokenFile) = (file.token, file.tokenFile) }
        merged.name = name ?? file.name
        merged.description = description ?? file.description
        merged.authorities = authorities ?? file.authorities
        merged.proxy = proxy ?? file.proxy
        merged.state = state ?? file.state
        merged.docker = docker ?? file.docker
        merged.dockerServices = dockerServices ?? file.dockerServices
        merged.discovers = discovers ?? file.discovers
        merged.connections = connections ?? file.connections
        merged.logFormat = logFormat ?? file.logFormat
        merged.logLevel = logLevel ?? file.logLevel
        let own = Set(offers.map(\.offer.name))
        merged.offers += file.offers.filter { !own.contains($0.offer.name) }
        return merged
    }

    /// - Parameters:
    ///   - machine: this machine's name, where none was given.
    ///   - environment: of the program: it may name a proxy, where none was given.
    /// - Throws: `.invalidInput` naming the setting.
    package func complete(machine: String, environment: [String: String] = [:]) throws -> AgentSettings {
        guard token == nil || tokenFile == nil else {
            throw EdgewrightError.invalid("tokenFile", "can't be given together with token")
        }
        let count = connections ?? 1
        guard AgentSettings.connectionCounts.contains(count) else {
            let counts = AgentSettings.connectionCounts
            throw EdgewrightError.invalid("connections", "must be \(counts.lowerBound) to \(counts.upperBound)")
        }
        return AgentSettings(
            servers: try allServers(ProxyEnvironment(environment)), token: token, tokenFile: tokenFile,
            name: try EdgeAgent.nameRule.check(name ?? machine),
            description: try TextRule.description.check(description ?? ""), authorities: authorities,
            state: try stateFolder(), offers: try allOffers(), discovers: discovers ?? false,
            dockerServices: try dockerServicesAddress(), connections: count,
            growsWhenBusy: connections == nil,
            logFormat: try Self.choice(logFormat, "logFormat", default: .text),
            logLevel: try Self.choice(logLevel, "logLevel", default: .info))
    }

    private func allServers(_ environment: ProxyEnvironment) throws -> [AgentSettings.Server] {
        guard !servers.isEmpty else {
            throw EdgewrightError.invalid("server", "is missing: the platform's address, as in https://edge.example")
        }
        guard servers.count <= AgentSettings.mostServers else {
            throw EdgewrightError.invalid("server", "are more than \(AgentSettings.mostServers)")
        }
        let proxy = try proxy.map { try RemoteEndpoint.Proxy($0, field: "proxy") }
        return try servers.map { text in
            let address = try ServiceEndpoint.onNetwork(text, field: "server")
            return AgentSettings.Server(address: address, proxy: try proxy ?? environment.proxy(to: address))
        }
    }

    private func stateFolder() throws -> String {
        let folder = state ?? AgentSettings.defaultState
        guard !folder.isEmpty, !folder.utf8.contains(0) else {
            throw EdgewrightError.invalid("state", "must be a folder")
        }
        return folder
    }

    private func allOffers() throws -> [LocalOffer] {
        var all = offers
        if let docker { all.append(try LocalOffer(docker: docker)) }
        let names = all.map(\.offer.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw EdgewrightError.invalid("offers.\(twice)", "is there twice")
        }
        guard all.count <= AgentOffer.maximumCount else {
            throw EdgewrightError.invalid("offers", "are more than \(AgentOffer.maximumCount)")
        }
        return all.sorted { $0.offer.name < $1.offer.name }
    }

    /// A host without scheme, port and path, as `ServiceEndpoint` understands one.
    private func dockerServicesAddress() throws -> String {
        guard let dockerServices else { return "127.0.0.1" }
        let place = try? ServiceEndpoint(host: dockerServices, port: 1)
        guard let place, place.basePath.isEmpty, place.port == 1 else {
            throw EdgewrightError.invalid("dockerServices", "must be an address or a host's name, as in 127.0.0.1")
        }
        return place.host
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ text: String?, _ field: String, default fallback: Value
    ) throws -> Value {
        guard let text else { return fallback }
        guard let value = Value(rawValue: text.lowercased()) else {
            let all = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw EdgewrightError.invalid(field, "must be one of \(all)")
        }
        return value
    }
}
