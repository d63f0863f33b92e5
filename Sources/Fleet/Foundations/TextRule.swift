import Foundation

/// What a short text field may hold: the bounds count characters as a person does.
package struct TextRule: Sendable {
    package let field: String
    package let length: ClosedRange<Int>
    /// Characters that would break a format the text travels in.
    package let forbidden: Set<Character>

    package init(field: String, length: ClosedRange<Int>, forbidden: Set<Character> = []) {
        self.field = field
        self.length = length
        self.forbidden = forbidden
    }

    /// The text without white space around it, in Unicode's composed form, so that equal names are equal bytes.
    /// - Throws: `.invalidInput` naming the field.
    package func check(_ text: String) throws -> String {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
        guard !trimmed.isEmpty || length.contains(0) else { throw EdgewrightError.invalid(field, "must not be empty") }
        guard trimmed.count >= length.lowerBound else {
            throw EdgewrightError.invalid(field, "is shorter than \(length.lowerBound) characters")
        }
        guard trimmed.count <= length.upperBound, trimmed.utf8.count <= length.upperBound * 8 else {
            throw EdgewrightError.invalid(field, "is longer than \(length.upperBound) characters")
        }
        guard !trimmed.unicodeScalars.contains(where: Self.isControl) else {
            throw EdgewrightError.invalid(field, "must not contain control characters")
        }
        guard trimmed.isEmpty || trimmed.unicodeScalars.contains(where: { !$0.properties.isDefaultIgnorableCodePoint })
        else { throw EdgewrightError.invalid(field, "has nothing in it that can be seen") }
        // By scalars: a sign with an accent on it is another character, and breaks the format all the same.
        if let bad = trimmed.unicodeScalars.map(Character.init).first(where: forbidden.contains) {
            throw EdgewrightError.invalid(field, "must not contain “\(bad)”")
        }
        return trimmed
    }

    /// Signs that make what follows read in the other direction: one name could pass for another.
    private static let turnsTextRound: Set<UInt32> = Set(0x202A...0x202E).union(0x2066...0x2069)

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .lineSeparator
            || scalar.properties.generalCategory == .paragraphSeparator || turnsTextRound.contains(scalar.value)
    }
}
