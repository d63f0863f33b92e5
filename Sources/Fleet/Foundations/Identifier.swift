/// The opaque id of one `Entity`: 26 lower-case letters and digits, sorted by the time it was made.
///
/// It fits into a host name, because a service's own page is served from `{id}.<edge domain>`.
package struct Identifier<Entity>: RawRepresentable, Hashable, Comparable, Sendable {
    /// Characters.
    package static var length: Int { 26 }

    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// - Parameter time: becomes the first 10 characters, so that new rows land at the end of an index.
    package static func make(at time: Timestamp, using generator: inout some RandomNumberGenerator) -> Self {
        var characters: [UInt8] = []
        characters.reserveCapacity(26)
        for shift in stride(from: 45, through: 0, by: -5) {
            characters.append(base32Alphabet[Int((time.milliseconds >> Int64(shift)) & 31)])
        }
        for _ in 0..<16 {
            characters.append(base32Alphabet[Int.random(in: 0..<32, using: &generator)])
        }
        return Self(rawValue: String(decoding: characters, as: UTF8.self))
    }

    // Written out: what the compiler makes of `RawRepresentable` finds its way through tables at each look into a dictionary.
    @inlinable package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
    @inlinable package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Crockford's alphabet: no letters that are mistaken for digits.
private let base32Alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

extension Identifier: Codable {
    package init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension Identifier: CustomStringConvertible, LosslessStringConvertible {
    package init(_ description: String) { rawValue = description }
    package var description: String { rawValue }
}

extension Identifier: CodingKeyRepresentable {
    package var codingKey: any CodingKey { rawValue.codingKey }
    package init?(codingKey: some CodingKey) { rawValue = codingKey.stringValue }
}
