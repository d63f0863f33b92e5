/// Looks at SQL just closely enough to know what is a literal or a comment and what is not.
enum SQLText {
    private enum Token {
        case code(Substring)
        /// A string literal, a quoted name or a comment: passed on as it is.
        case opaque(Substring)
    }

    /// `?` becomes `$1`, `$2`, ... as PostgreSQL numbers its placeholders.
    static func numberingPlaceholders(_ sql: String) -> String {
        var count = 0
        return map(sql) { code in
            var numbered = ""
            for character in code {
                if character == "?" {
                    count += 1
                    numbered += "$\(count)"
                } else {
                    numbered.append(character)
                }
            }
            return numbered
        }
    }

    /// `TEXT` becomes `TEXT COLLATE "C"`, so that PostgreSQL orders and compares text by bytes, as SQLite does.
    static func withByteOrder(_ sql: String) -> String {
        map(sql) { String($0.replacing(/\bTEXT\b/, with: "TEXT COLLATE \"C\"")) }
    }

    /// The statements of a file, without their semicolons; what is only white space and comments is none.
    static func statements(_ sql: String) -> [String] {
        var statements: [String] = []
        var current = ""
        var hasCode = false
        func end() {
            if hasCode { statements.append(current) }
            current = ""
            hasCode = false
        }
        for token in tokens(sql) {
            switch token {
            case .opaque(let text):
                current += text
                hasCode = hasCode || !text.hasPrefix("--")
            case .code(let text):
                for character in text {
                    if character == ";" { end(); continue }
                    current.append(character)
                    hasCode = hasCode || !character.isWhitespace
                }
            }
        }
        end()
        return statements
    }

    private static func map(_ sql: String, _ transform: (Substring) -> String) -> String {
        tokens(sql).map { token in
            switch token {
            case .code(let text): transform(text)
            case .opaque(let text): String(text)
            }
        }.joined()
    }

    private static func tokens(_ sql: String) -> [Token] {
        var tokens: [Token] = []
        var rest = sql[...]
        while let start = rest.firstIndex(where: { $0 == "'" || $0 == "\"" || $0 == "-" }) {
            let end: Substring.Index
            if rest[start] == "-" {
                guard rest[start...].hasPrefix("--") else {
                    let next = rest.index(after: start)
                    tokens.append(.code(rest[..<next]))
                    rest = rest[next...]
                    continue
                }
                end = rest[start...].firstIndex(of: "\n") ?? rest.endIndex
            } else {
                let close = rest[rest.index(after: start)...].firstIndex(of: rest[start])
                end = close.map { rest.index(after: $0) } ?? rest.endIndex
            }
            tokens.append(.code(rest[..<start]))
            tokens.append(.opaque(rest[start..<end]))
            rest = rest[end...]
        }
        tokens.append(.code(rest))
        return tokens
    }
}
