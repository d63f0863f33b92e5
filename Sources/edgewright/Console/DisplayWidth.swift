extension StringProtocol {
    /// Columns that a terminal gives the text.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }
}

extension Character {
    /// One, two for East Asian wide characters and emoji, none for what only marks its neighbour.
    var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        let isEmoji =
            first.properties.isEmojiPresentation
            || (first.properties.isEmoji && unicodeScalars.contains { $0.value == 0xFE0F })
        return isEmoji || wideRanges.contains { $0.contains(first.value) } ? 2 : 1
    }
}

/// Blocks of the classes W and F of Unicode's East Asian Width (UAX 11), joined where they lie side by side.
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
    0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x20000...0x3FFFD,
]

extension String {
    /// The text, cut to a width with “…” where it is wider.
    func fitted(to width: Int) -> String {
        guard displayWidth > width else { return self }
        var used = 1
        let kept = prefix { character in
            used += character.displayWidth
            return used <= width
        }
        return kept + "…"
    }
}
