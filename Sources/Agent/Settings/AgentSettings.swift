package import Fleet
import Foundation
package import Transport
import Yams

/// What an agent is told by whoever installs it, from its file and from flags.
package struct AgentSettings: Equatable, Sendable {
    package static let defaultFile = "/etc/edgewright/agent.yaml"
    package static let defaultState = "/var/lib/edgewright-agent"
    private static let longestFile = 1 << 20

    /// Where the platform listens.
    package var server: ServiceEndpoint
    /// Of enrolment; needed once.
    package var token: String?
    /// What the platform calls it.
    package var name: String
    package var description: String
    /// A file of authorities (PEM) that the platform's certificate may be of, in place of the system's.
    package var authorities: String?
    package var proxy: RemoteEndpoint.Proxy?
    /// Folder of its key.
    package var state: String
    /// By name.
    package var offers: [LocalOffer]
}

/// Settings that may be incomplete: those of a flag go before those of the file.
package struct AgentSettingsDraft: Sendable {
    package var server: String?
    package var token: String?
    package var name: String?
    package var description: String?
    package var authorities: String?
    package var proxy: String?
    package var state: String?
    package var docker: String?
    package var offers: [LocalOffer] = []

    package init() {}
}

// MARK: The file

extension AgentSettingsDraft {
    private struct File: Decodable {
        var server: String?
        var token: String?
        var name: String?
        var description: String?
        var ca: String?
        var proxy: String?
        var state: String?
        var docker: String?
        var offers: [String: Offer]?
    }

    /// `name: http://127.0.0.1:8085`, or the same in parts.
    private struct Offer: Decodable {
        var url: String
        var category: String?
        var verifyTLS: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case url, category, verifyTLS
        }

        init(from decoder: any Decoder) throws {
            if let url = try? decoder.singleValueContainer().decode(String.self) {
                self.url = url
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            url = try container.decode(String.self, forKey: .url)
            category = try container.decodeIfPresent(String.self, forKey: .category)
            verifyTLS = try container.decodeIfPresent(Bool.self, forKey: .verifyTLS)
        }
    }

    private static let known: Set<String> = [
        "server", "token", "name", "description", "ca", "proxy", "state", "docker", "offers",
    ]

    /// - Throws: `.invalidInput` naming the setting; what is not known is refused, or a misspelt one would be missed.
    package init(yaml text: String) throws {
        let file: File
        do {
            if let node = try Yams.compose(yaml: text) { try Self.checkKeys(node) }
            file = try YAMLDecoder().decode(File.self, from: text.isEmpty ? "{}" : text)
        } catch let error as EdgewrightError {
            throw error
        } catch let error as DecodingError {
            throw Self.invalid(error)
        } catch {
            throw EdgewrightError(.invalidInput, "This is not YAML: \(error)")
        }
        server = file.server
        token = file.token
        name = file.name
        description = file.description
        authorities = file.ca
        proxy = file.proxy
        state = file.state
        docker = file.docker
        offers = try (file.offers ?? [:]).sorted { $0.key < $1.key }.map { name, offer in
            let field = "offers.\(name)"
            let category = try offer.category.map { text in
                guard let category = ServiceCategory(rawValue: text) else {
                    let all = ServiceCategory.allCases.map(\.rawValue).joined(separator: ", ")
                    throw EdgewrightError.invalid("\(field).category", "must be one of \(all)")
                }
                return category
            }
            return try LocalOffer(
                name: name, url: offer.url, category: category, verifiesTLS: offer.verifyTLS ?? true, field: field)
        }
    }

    private static func checkKeys(_ node: Node) throws {
        guard let mapping = node.mapping else {
            throw EdgewrightError(.invalidInput, "The settings must be “name: value” lines.")
        }
        try checkKeys(mapping, among: known, within: "")
        for (name, offer) in mapping["offers"]?.mapping ?? [:] {
            guard let parts = offer.mapping else { continue }
            let all = Set(Offer.CodingKeys.allCases.map(\.rawValue))
            try checkKeys(parts, among: all, within: "offers.\(name.string ?? "").")
        }
    }

    private static func checkKeys(_ mapping: Node.Mapping, among known: Set<String>, within prefix: String) throws {
        for key in mapping.keys.map({ $0.string ?? "" }) where !known.contains(key) {
            throw EdgewrightError.invalid(prefix + key, "is not a setting")
        }
    }

    private static func invalid(_ error: DecodingError) -> EdgewrightError {
        let (path, message): ([any CodingKey], String) =
            switch error {
            case .typeMismatch(_, let context): (context.codingPath, "is of the wrong kind")
            case .keyNotFound(let key, let context): (context.codingPath + [key], "is missing")
            case .valueNotFound(_, let context): (context.codingPath, "is missing")
            case .dataCorrupted(let context): (context.codingPath, "can't be read")
            @unknown default: ([], "can't be read")
            }
        guard !path.isEmpty else { return EdgewrightError(.invalidInput, "This is not YAML: \(error)") }
        return .invalid(path.map(\.stringValue).joined(separator: "."), message)
    }
}

// MARK: Putting together

extension AgentSettingsDraft {
    /// These settings where they say something, those of `file` where they do not; offers of both, these first.
    package func over(_ file: AgentSettingsDraft) -> AgentSettingsDraft {
        var merged = self
        merged.server = server ?? file.server
        merged.token = token ?? file.token
        merged.name = name ?? file.name
        merged.description = description ?? file.description
        merged.authorities = authorities ?? file.authorities
        merged.proxy = proxy ?? file.proxy
        merged.state = state ?? file.state
        merged.docker = docker ?? file.docker
        let own = Set(offers.map(\.offer.name))
        merged.offers += file.offers.filter { !own.contains($0.offer.name) }
        return merged
    }

    /// - Parameter machine: this machine's name, where none was given.
    /// - Throws: `.invalidInput` naming the setting.
    package func complete(machine: String) throws -> AgentSettings {
        guard let server else {
            throw EdgewrightError.invalid("server", "is missing: the platform's address, as in https://edge.example")
        }
        var all = offers
        if let docker { all.append(try LocalOffer(docker: docker)) }
        let names = all.map(\.offer.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw EdgewrightError.invalid("offers.\(twice)", "is there twice")
        }
        guard all.count <= AgentOffer.maximumCount else {
            throw EdgewrightError.invalid("offers", "are more than \(AgentOffer.maximumCount)")
        }
        return AgentSettings(
            server: try ServiceEndpoint(server, field: "server"), token: token,
            name: try Self.nameRule.check(name ?? machine), description: description ?? "", authorities: authorities,
            proxy: try proxy.map(Self.proxy), state: state ?? AgentSettings.defaultState,
            offers: all.sorted { $0.offer.name < $1.offer.name })
    }

    private static let nameRule = TextRule(field: "name", length: 1...200)

    /// `http://user:password@proxy.example:3128`
    private static func proxy(_ text: String) throws -> RemoteEndpoint.Proxy {
        let example = "must be http://host:port, or http://user:password@host:port"
        guard let parts = URLComponents(string: text), parts.scheme == "http", let host = parts.host, !host.isEmpty,
            parts.path.isEmpty || parts.path == "/", parts.query == nil
        else { throw EdgewrightError.invalid("proxy", example) }
        let credentials = parts.user.map { "\($0):\(parts.password ?? "")" }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return RemoteEndpoint.Proxy(host: bare, port: parts.port ?? 3128, credentials: credentials)
    }
}
