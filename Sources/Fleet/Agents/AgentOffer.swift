/// Something that an agent lets the platform reach: a local service, or a Docker engine to run services on.
package struct AgentOffer: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case service
        case docker
    }

    /// Part of addresses (`agent://<agent>/<name>`), so only lower-case letters, digits and dashes.
    package static let longestName = 63
    /// One agent has no more.
    package static let maximumCount = 100

    package var name: String
    package var kind: Kind
    /// Of services, where it is known.
    package var category: ServiceCategory?
    /// As the agent calls it, without user name and password.
    package var url: String

    package init(name: String, kind: Kind, category: ServiceCategory? = nil, url: String) {
        self.name = name
        self.kind = kind
        self.category = category
        self.url = url
    }

    package static func isName(_ name: String) -> Bool {
        let hasOnlyAllowed = name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-")
        }
        return hasOnlyAllowed && (1...longestName).contains(name.utf8.count) && name.first != "-" && name.last != "-"
    }

    /// - Throws: `.invalidInput` naming `field`.
    package static func checkName(_ name: String, field: String) throws {
        guard isName(name) else {
            throw EdgewrightError.invalid(
                field, "must be 1 to \(longestName) lower-case letters, digits and dashes, not “\(name.prefix(100))”")
        }
    }
}
