/// Where a Docker engine listens, as Docker's own tools write it: `tcp://host:2376`, `unix:///var/run/docker.sock`; or the
/// one that an agent offers: `agent://<agent's id>/docker`.
package enum HostAddress: Equatable, Hashable, Sendable {
    /// An IPv6 address without brackets.
    case tcp(host: String, port: Int)
    /// A socket on the platform's own machine.
    case unix(path: String)
    case agent(Identifier<EdgeAgent>, offer: String)

    /// Docker's ports: in the clear, and with TLS.
    package static let plainPort = 2375
    package static let tlsPort = 2376
    /// What `sockaddr_un` holds, less the end.
    private static let longestPath = 107

    /// - Throws: `.invalidInput` naming `field`.
    package init(_ text: String, field: String = "address") throws {
        guard let separator = text.firstRange(of: "://") else { throw Self.refusal(field) }
        let rest = String(text[separator.upperBound...])
        switch text[..<separator.lowerBound] {
        case "unix":
            guard rest.hasPrefix("/"), rest.utf8.count <= Self.longestPath, rest.utf8.allSatisfy({ $0 > 0x20 }) else {
                throw EdgewrightError.invalid(field, "must name a socket by its whole path of at most 107 bytes")
            }
            self = .unix(path: rest)
        case "tcp":
            let endpoint: ServiceEndpoint
            do {
                endpoint = try ServiceEndpoint("https://\(rest.contains(":") ? rest : "\(rest):\(Self.tlsPort)")")
            } catch {
                throw Self.refusal(field)
            }
            guard endpoint.basePath.isEmpty else { throw Self.refusal(field) }
            self = .tcp(host: endpoint.host, port: endpoint.port)
        case "agent":
            let endpoint = try ServiceEndpoint(text, field: field)
            guard let agent = endpoint.agent, let offer = endpoint.offer, endpoint.port == 0 else {
                throw Self.refusal(field)
            }
            self = .agent(agent, offer: offer)
        default: throw Self.refusal(field)
        }
    }

    /// The agent that it is behind.
    package var agent: Identifier<EdgeAgent>? {
        if case .agent(let id, _) = self { id } else { nil }
    }

    private static func refusal(_ field: String) -> EdgewrightError {
        .invalid(
            field, "must be tcp://host:port, unix:///path/to/docker.sock, or agent:// for an engine behind an agent")
    }
}

extension HostAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port): "tcp://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path): "unix://\(path)"
        case .agent(let id, let offer): "agent://\(id)/\(offer)"
        }
    }
}

extension HostAddress: Codable {
    package init(from decoder: any Decoder) throws { try self.init(try String(from: decoder)) }
    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
