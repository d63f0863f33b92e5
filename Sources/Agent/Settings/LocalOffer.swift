package import Fleet
package import Transport

/// An offer, and how this machine reaches it.
package struct LocalOffer: Equatable, Sendable {
    package let offer: AgentOffer
    package let endpoint: RemoteEndpoint

    /// A service on this machine or beside it.
    /// - Parameters:
    ///   - category: guessed from the name when absent: an offer called `neuronex` or `neuronex-2` is one.
    ///   - field: what errors call it.
    /// - Throws: `.invalidInput`.
    package init(
        name: String, url: String, category: ServiceCategory? = nil, verifiesTLS: Bool = true, field: String
    ) throws {
        try AgentOffer.checkName(name, field: field)
        let place = try ServiceEndpoint(url, field: field)
        let guess = ServiceCategory.allCases.first { name == $0.rawValue || name.hasPrefix("\($0.rawValue)-") }
        offer = AgentOffer(name: name, kind: .service, category: category ?? guess, url: place.description)
        endpoint = RemoteEndpoint(
            address: .tcp(host: place.host, port: place.port), usesTLS: place.scheme == .https,
            basePath: place.basePath, verification: verifiesTLS ? .full(authorities: nil) : .none)
    }

    /// This machine's Docker engine.
    /// - Parameter address: `unix:///path`: an engine elsewhere has its own certificates, and is a host of its own.
    /// - Throws: `.invalidInput` naming `docker`.
    package init(docker address: String) throws {
        guard address.hasPrefix("unix:///"), address.utf8.count <= 100, !address.utf8.contains(0) else {
            throw EdgewrightError.invalid("docker", "must be a socket: unix:///var/run/docker.sock")
        }
        offer = AgentOffer(name: "docker", kind: .docker, url: address)
        endpoint = RemoteEndpoint(
            address: .unixSocket(path: String(address.dropFirst("unix://".count))), usesTLS: false)
    }

    /// As a flag has it: `neuronex=http://127.0.0.1:8085`.
    /// - Throws: `.invalidInput` naming `offer`.
    package init(flag: String) throws {
        let parts = flag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw EdgewrightError.invalid("offer", "must be name=URL, as in neuronex=http://127.0.0.1:8085")
        }
        try self.init(name: String(parts[0]), url: String(parts[1]), field: "offer")
    }
}
