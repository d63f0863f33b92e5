import Foundation

/// Where a service answers: `http` or `https`, host, port and an optional base path, in one normal form; or what an agent
/// offers, as `agent://<agent's id>/<offer>`, and with `:port` behind the id one of the ports that the platform's own
/// containers have on the agent's Docker engine.
///
/// Two spellings of one place (`HTTP://Host`, `http://host:80/`) are one value, so that the same service is not
/// adopted twice.
package struct ServiceEndpoint: Hashable, Sendable {
    package enum Scheme: String, Sendable, CaseIterable {
        case http
        case https
        case agent

        /// 0 for agents: an offer is somewhere already.
        package var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .agent: 0
            }
        }
    }

    package let scheme: Scheme
    /// Lower case; an IPv6 literal without brackets. Of an agent: its id.
    package let host: String
    package let port: Int
    /// Empty, or begins with `/` and does not end with one; percent-encoded as it goes on the wire.
    package let basePath: String
    /// Of an agent: the name of what it offers.
    package let offer: String?

    /// - Throws: `.invalidInput` naming `field`.
    package init(_ text: String, field: String = "endpoint") throws {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard !trimmed.isEmpty else { throw EdgewrightError.invalid(field, "must not be empty") }
        guard trimmed.utf8.count <= 1000 else { throw EdgewrightError.invalid(field, "is longer than 1000 characters") }
        let separator = trimmed.range(of: "://")
        let schemeText = separator.map { trimmed[..<$0.lowerBound].lowercased() }
        guard let scheme = schemeText.flatMap(Scheme.init(rawValue:)), let separator else {
            throw EdgewrightError.invalid(
                field, "must begin with http:// or https://, or agent:// for an agent's offer")
        }
        try self.init(scheme: scheme, rest: String(trimmed[separator.upperBound...]), field: field)
    }

    /// - Parameter rest: what follows the scheme: `host`, `host:port`, `host:port/base/path`.
    /// - Throws: `.invalidInput` naming `field`.
    package init(scheme: Scheme, rest: String, field: String = "endpoint") throws {
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw EdgewrightError.invalid(field, "must not have a query or a fragment")
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        guard !authority.contains("@") else {
            throw EdgewrightError.invalid(
                field, "must not have a user name in it: set it as the service's authentication")
        }
        let (host, port) = try Self.split(authority: authority, field: field)
        let path = try Self.normalize(path: rest[slash...], field: field)
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
        basePath = scheme == .agent ? "" : path
        offer = scheme == .agent ? try Self.offer(path, of: host, field: field) : nil
    }

    private static func offer(_ path: String, of agent: String, field: String) throws -> String {
        let name = String(path.dropFirst())
        guard agent.utf8.count == Identifier<EdgeAgent>.length, agent.utf8.allSatisfy({ $0 != UInt8(ascii: ".") }),
            AgentOffer.isName(name)
        else { throw EdgewrightError.invalid(field, "must be agent://, the agent's id, / and the name of its offer") }
        return name
    }

    /// A plain http endpoint of a host.
    /// - Parameter host: an IPv6 address without brackets.
    package init(host: String, port: Int) throws {
        try self.init(scheme: .http, rest: "\(host.contains(":") ? "[\(host)]" : host):\(port)")
    }

    /// What an agent offers.
    /// - Parameter port: of a container on the engine that it offers.
    package init(agent: Identifier<EdgeAgent>, offer: String, port: Int? = nil) throws {
        let authority = agent.rawValue + (port.map { ":\($0)" } ?? "")
        try self.init(scheme: .agent, rest: "\(authority)/\(offer)")
    }

    /// The agent that it is behind.
    package var agent: Identifier<EdgeAgent>? { scheme == .agent ? Identifier(rawValue: host) : nil }
    package var connection: ServiceConnection { scheme == .agent ? .agent : .direct }

    /// Checks an endpoint that must be a place on the network.
    /// - Throws: `.invalidInput` naming `field`.
    package func checkIsDirect(field: String = "endpoint") throws {
        guard scheme != .agent else { throw EdgewrightError.invalid(field, "must begin with http:// or https://") }
    }

    private static func split(authority: Substring, field: String) throws -> (host: String, port: Int?) {
        var hostText = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else {
                throw EdgewrightError.invalid(field, "has an IPv6 address without its closing bracket")
            }
            hostText = authority[authority.index(after: authority.startIndex)..<close]
            let rest = authority[authority.index(after: close)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw EdgewrightError.invalid(field, "has something between the IPv6 address and the port")
            }
            portText = rest.isEmpty ? nil : rest.dropFirst()
            guard isIPv6(hostText) else { throw EdgewrightError.invalid(field, "has an IPv6 address that is not one") }
        } else if let colon = authority.lastIndex(of: ":") {
            hostText = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        guard authority.first == "[" || isHostName(hostText) else {
            throw EdgewrightError.invalid(field, "has no valid host name or address")
        }
        guard let portText else { return (hostText.lowercased(), nil) }
        guard let port = Int(portText), (1...65535).contains(port), portText.allSatisfy({ ("0"..."9").contains($0) })
        else {
            throw EdgewrightError.invalid(field, "has a port that is not 1 to 65535")
        }
        return (hostText.lowercased(), port)
    }

    private static func isHostName(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return !text.isEmpty && text.utf8.count <= 253
            && labels.allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
                    && label.unicodeScalars.allSatisfy { scalar in
                        scalar.isASCII
                            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                                || scalar == "-" || scalar == "_")
                    }
            }
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        text.contains(":") && text.utf8.count <= 45
            && text.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") }
    }

    private static func normalize(path: Substring, field: String) throws -> String {
        var trimmed = path
        while trimmed.last == "/" { trimmed = trimmed.dropLast() }
        guard trimmed.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\\") }) else {
            throw EdgewrightError.invalid(field, "has a base path with characters that must be percent-encoded")
        }
        let segments = trimmed.split(separator: "/", omittingEmptySubsequences: true)
        guard !segments.contains(where: { $0 == "." || $0 == ".." }) else {
            throw EdgewrightError.invalid(field, "has a base path with “.” or “..” in it")
        }
        return String(trimmed)
    }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    /// `host:port` and the base path, as the CSV's `endpoint` column has it.
    package var addressWithPath: String {
        scheme == .agent ? "\(authority)/\(offer ?? "")" : "\(bracketedHost):\(port)\(basePath)"
    }

    /// `host`, or `host:port` when the port is not the scheme's own: the value of a `Host` field.
    package var authority: String { port == scheme.defaultPort ? bracketedHost : "\(bracketedHost):\(port)" }
}

extension ServiceEndpoint: CustomStringConvertible {
    /// The normal form: the scheme's own port is left out.
    package var description: String { "\(scheme.rawValue)://\(authority)\(offer.map { "/\($0)" } ?? basePath)" }
}

extension ServiceEndpoint: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode(String.self))
        } catch let error as EdgewrightError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
