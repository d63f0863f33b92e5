/// The name of an image, as Docker writes it: `[registry/]repository[:tag][@digest]`.
package struct ImageReference: Equatable, Hashable, Sendable {
    /// The registry of references that name none.
    package static let hub = "docker.io"
    private static let maximumLength = 500

    /// As it was given.
    package let text: String
    /// `host` or `host:port`; `docker.io` when none is named.
    package let registry: String
    /// Without registry and tag; `library/…` for the hub's own.
    package let repository: String
    /// `latest` when neither tag nor digest is named.
    package let tag: String?
    /// `sha256:…`
    package let digest: String?

    /// - Throws: `.invalidInput` naming `field`.
    package init(_ text: String, field: String = "reference") throws {
        let refusal = EdgewrightError.invalid(
            field, "must be the name of an image, such as registry.local:5000/neuronex:3.6.0")
        guard text.count <= Self.maximumLength else { throw refusal }
        var rest = Substring(text)
        var digest: String?
        if let at = rest.firstIndex(of: "@") {
            digest = String(rest[rest.index(after: at)...])
            rest = rest[..<at]
        }
        var registry = Self.hub
        if let slash = rest.firstIndex(of: "/") {
            let first = rest[..<slash]
            if first == "localhost" || first.contains(".") || first.contains(":") {
                registry = String(first)
                rest = rest[rest.index(after: slash)...]
            }
        }
        var tag: String? = digest == nil ? "latest" : nil
        if let colon = rest.lastIndex(of: ":") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        guard rest.wholeMatch(of: Self.repositoryForm) != nil,
            registry.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?/) != nil,
            tag.map({ $0.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}/) != nil }) ?? true,
            digest.map({ $0.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil }) ?? true
        else { throw refusal }
        self.text = text
        self.registry = registry
        repository = registry == Self.hub && !rest.contains("/") ? "library/\(rest)" : String(rest)
        self.tag = tag
        self.digest = digest
    }

    private static var repositoryForm: Regex<Substring> {
        /[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*/
    }
}

extension ImageReference: CustomStringConvertible {
    package var description: String { text }
}

extension ImageReference: Codable {
    package init(from decoder: any Decoder) throws { try self.init(try String(from: decoder)) }
    package func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}
