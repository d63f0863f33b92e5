import Foundation
import HTTPTypes

/// Reading and passing on cookies (RFC 6265). Browsers trim blanks and tabs, so here they are trimmed too: what is taken
/// for another cookie here must not be ours there.
enum Cookies {
    static func value(of name: String, in fields: HTTPFields) -> String? {
        for field in fields[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, trimmed(parts[0]) == name else { continue }
                return trimmed(parts[1])
            }
        }
        return nil
    }

    /// The other cookies, as one field's value; `nil` when none is left.
    static func removing(_ names: Set<String>, from fields: HTTPFields) -> String? {
        let kept = fields[values: .cookie].flatMap { $0.split(separator: ";") }.filter { pair in
            !names.contains(trimmed(pair.prefix { $0 != "=" }))
        }
        return kept.isEmpty ? nil : kept.map(trimmed).joined(separator: "; ")
    }

    /// A `Set-Cookie` that holds for its own host only: one for the whole domain would reach other services' pages.
    /// - Returns: `nil` for what is no cookie.
    static func withoutDomain(_ field: String) -> (name: String, text: String)? {
        let parts = field.split(separator: ";", omittingEmptySubsequences: false)
        guard let pair = parts.first, pair.contains("=") else { return nil }
        let attributes = parts.dropFirst().filter { part in
            trimmed(part.prefix { $0 != "=" }).lowercased() != "domain"
        }
        return (trimmed(pair.prefix { $0 != "=" }), ([pair] + attributes).joined(separator: ";"))
    }

    private static func trimmed(_ text: some StringProtocol) -> String { text.trimmingCharacters(in: .whitespaces) }
}
