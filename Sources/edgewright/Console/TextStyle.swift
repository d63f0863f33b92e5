/// How a word looks on a terminal.
enum TextStyle: Sendable, Equatable {
    case plain
    case heading
    case good
    case bad
    case doubtful
    case faint

    private var code: String? {
        switch self {
        case .plain: nil
        case .heading: "1"
        case .good: "32"
        case .bad: "31"
        case .doubtful: "33"
        case .faint: "2"
        }
    }

    func applied(to text: String, _ styled: Bool) -> String {
        guard styled, let code, !text.isEmpty else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}

extension String {
    /// Safe to show: what services and people named things can't steer the terminal.
    var withoutControlCharacters: String {
        guard unicodeScalars.contains(where: Self.steersTerminal) else { return self }
        var shown = String.UnicodeScalarView()
        for scalar in unicodeScalars { shown.append(Self.steersTerminal(scalar) ? " " : scalar) }
        return String(shown)
    }

    private static func steersTerminal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Marks that turn the direction of the text round them.
        case .format: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        default: false
        }
    }
}
