package import Fleet
import Foundation
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
        let place = try ServiceEndpoint.onNetwork(url, field: field)
        offer = AgentOffer(
            name: name, kind: .service, category: category ?? Self.guess(name), url: place.description)
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

    /// Whether its name says as much as its category does.
    var categoryIsGuessed: Bool { offer.category == Self.guess(offer.name) }

    private static func guess(_ name: String) -> ServiceCategory? {
        ServiceCategory.allCases.first { name == $0.rawValue || name.hasPrefix("\($0.rawValue)-") }
    }

    /// Whether both lead to the same thing, however they are written.
    func isSamePlace(as other: LocalOffer) -> Bool {
        switch (endpoint.address, other.endpoint.address) {
        case (.tcp(let host, let port), .tcp(let otherHost, let otherPort)):
            port == otherPort && Self.plain(host) == Self.plain(otherHost)
                && endpoint.basePath == other.endpoint.basePath
        case (.unixSocket(let path), .unixSocket(let otherPath)): Self.real(path) == Self.real(otherPath)
        default: false
        }
    }

    private static func plain(_ host: String) -> String {
        host == "localhost" || host == "::1" ? "127.0.0.1" : host
    }

    /// `/var/run` is `/run` mostly.
    private static func real(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension ServiceEndpoint {
    /// A place that is reached by its address.
    /// - Throws: `.invalidInput` naming `field`.
    static func onNetwork(_ text: String, field: String) throws -> ServiceEndpoint {
        let start = text.lowercased()
        guard start.hasPrefix("http://") || start.hasPrefix("https://") else {
            throw EdgewrightError.invalid(field, "must begin with http:// or https://")
        }
        return try ServiceEndpoint(text, field: field)
    }
}
