/// Cuts SQL into tokens, just far enough to tell code from literals and comments.
struct SQLLexer: Sequence, IteratorProtocol {
    struct Token: Equatable {
        enum Kind {
            /// A key word, a name or a number.
            case word
            case literal
            case quotedName
            case comment
            case placeholder
            case semicolon
            case space
            case symbol
        }

        let kind: Kind
        let text: String
    }

    private let bytes: [UInt8]
    private var position = 0
    /// The last token was the word E, whose literal may hold backslash escapes.
    private var escapesAllowed = false

    init(_ sql: String) {
        bytes = Array(sql.utf8)
    }

    mutating func next() -> Token? {
        guard position < bytes.count else { return nil }
        let start = position
        let kind = advance()
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        escapesAllowed = kind == .word && (text == "E" || text == "e")
        return Token(kind: kind, text: text)
    }

    private mutating func advance() -> Token.Kind {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "'"):
            skipQuoted(by: byte, backslashEscapes: escapesAllowed)
            return .literal
        case UInt8(ascii: "\""), UInt8(ascii: "`"):
            skipQuoted(by: byte, backslashEscapes: false)
            return .quotedName
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            return .comment
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
            skipBlockComment()
            return .comment
        case UInt8(ascii: "$") where skipDollarQuoted():
            return .literal
        case UInt8(ascii: "?"):
            position += 1
            return .placeholder
        case UInt8(ascii: ";"):
            position += 1
            return .semicolon
        case _ where isSpace(byte):
            while position < bytes.count, isSpace(bytes[position]) { position += 1 }
            return .space
        case _ where isWord(byte):
            while position < bytes.count, isWord(bytes[position]) { position += 1 }
            return .word
        default:
            position += 1
            return .symbol
        }
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    /// A doubled quote stands for itself and so needs no care: it ends one literal and starts the next.
    private mutating func skipQuoted(by quote: UInt8, backslashEscapes: Bool) {
        position += 1
        while position < bytes.count, bytes[position] != quote {
            position += backslashEscapes && bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = Swift.min(position + 1, bytes.count)
    }

    /// Not nested, as in SQLite.
    private mutating func skipBlockComment() {
        position += 2
        while position < bytes.count, !(bytes[position] == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
            position += 1
        }
        position = Swift.min(position + 2, bytes.count)
    }

    /// `$$ ... $$` and `$name$ ... $name$`, PostgreSQL's quotes for function bodies.
    private mutating func skipDollarQuoted() -> Bool {
        guard let close = bytes[(position + 1)...].firstIndex(where: { !isWord($0) || $0 == UInt8(ascii: "$") }),
            bytes[close] == UInt8(ascii: "$")
        else { return false }
        let tag = bytes[position...close]
        var candidate = close + 1
        while candidate + tag.count <= bytes.count {
            if bytes[candidate..<(candidate + tag.count)].elementsEqual(tag) {
                position = candidate + tag.count
                return true
            }
            candidate += 1
        }
        return false
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF:
            true
        default:
            false
        }
    }
}
