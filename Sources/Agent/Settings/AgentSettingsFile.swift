import Fleet
import Transport
import Yams

// The settings' file: YAML, in which a misspelt name is refused.

extension AgentSettingsDraft {
    private struct File: Codable {
        var server: OneOrMore?
        var token: String?
        var tokenFile: String?
        var name: String?
        var description: String?
        var ca: String?
        var proxy: String?
        var state: String?
        var docker: String?
        var dockerServices: String?
        var discover: Bool?
        var connections: Int?
        var logFormat: String?
        var logLevel: String?
        var offers: [String: Offer]?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case server, token, tokenFile, name, description, ca, proxy, state, docker, dockerServices, discover
            case connections, logFormat, logLevel, offers
        }
    }

    /// A text, or a list of them.
    private struct OneOrMore: Codable {
        let all: [String]

        init?(_ all: [String]) {
            guard !all.isEmpty else { return nil }
            self.all = all
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                all = [one]
            } else {
                all = try container.decode([String].self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if all.count == 1 { try container.encode(all[0]) } else { try container.encode(all) }
        }
    }

    /// `name: http://127.0.0.1:8085`, or the same in parts.
    private struct Offer: Codable {
        var url: String
        var category: String?
        var verifyTLS: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case url, category, verifyTLS
        }

        init(_ offer: LocalOffer) {
            url = offer.offer.url
            category = offer.categoryIsGuessed ? nil : offer.offer.category?.rawValue
            verifyTLS = offer.endpoint.verification == .none ? false : nil
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

        func encode(to encoder: any Encoder) throws {
            guard category != nil || verifyTLS != nil else {
                var container = encoder.singleValueContainer()
                return try container.encode(url)
            }
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(url, forKey: .url)
            try container.encodeIfPresent(category, forKey: .category)
            try container.encodeIfPresent(verifyTLS, forKey: .verifyTLS)
        }
    }

    /// - Throws: `.invalidInput` naming the setting.
    package init(yaml text: String) throws {
        let file: File
        do {
            if let node = try Yams.compose(yaml: text) { try Self.checkKeys(node) }
            let isEmpty = text.allSatisfy { $0.isWhitespace }
            file = try YAMLDecoder().decode(File.self, from: isEmpty ? "{}" : text)
        } catch let error as EdgewrightError {
            throw error
        } catch let error as DecodingError {
            throw Self.invalid(error)
        } catch {
            throw EdgewrightError(.invalidInput, "This is not YAML: \(error)")
        }
        servers = file.server?.all ?? []
        token = file.token
        tokenFile = file.tokenFile
        name = file.name
        description = file.description
        authorities = file.ca
        proxy = file.proxy
        state = file.state
        docker = file.docker
        dockerServices = file.dockerServices
        discovers = file.discover
        connections = file.connections
        logFormat = file.logFormat
        logLevel = file.logLevel
        offers = try (file.offers ?? [:]).sorted { $0.key < $1.key }.map(Self.offer)
    }

    /// Settings that offer what was found, and say nothing else.
    package init(offering found: [LocalOffer]) {
        offers = found.filter { $0.offer.kind == .service }
        docker = found.first { $0.offer.kind == .docker }?.offer.url
    }

    /// The same settings as a file has them.
    /// - Throws: what the library says; never for settings that could be read.
    package func yaml() throws -> String {
        let named = offers.map { ($0.offer.name, Offer($0)) }
        let encoder = YAMLEncoder()
        encoder.options.sortKeys = true
        return try encoder.encode(
            File(
                server: OneOrMore(servers), token: token, tokenFile: tokenFile, name: name, description: description,
                ca: authorities, proxy: proxy, state: state, docker: docker, dockerServices: dockerServices,
                discover: discovers, connections: connections, logFormat: logFormat, logLevel: logLevel,
                offers: named.isEmpty ? nil : Dictionary(named) { first, _ in first }))
    }

    private static func offer(_ name: String, _ offer: Offer) throws -> LocalOffer {
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

// MARK: What is wrong with a file

extension AgentSettingsDraft {
    /// What is not known is refused, or a misspelt setting would be missed.
    private static func checkKeys(_ node: Node) throws {
        guard let mapping = node.mapping else {
            throw EdgewrightError(.invalidInput, "The settings must be “name: value” lines.")
        }
        try checkKeys(mapping, among: Set(File.CodingKeys.allCases.map(\.rawValue)), within: "")
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
