/// The text of a migration file, cut into statements and put into an engine's words.
struct MigrationScript {
    private let statements: [[SQLLexer.Token]]

    init(_ text: String) {
        var cutter = StatementCutter()
        for token in SQLLexer(text) { cutter.take(token) }
        statements = cutter.finish()
    }

    func statements(for dialect: SQLDialect) -> [String] {
        switch dialect {
        case .sqlite: statements.map { $0.map(\.text).joined() }
        case .postgres: statements.map { Self.collated($0) }
        }
    }

    /// In CREATE TABLE and ALTER TABLE the type `TEXT` becomes `TEXT COLLATE "C"`, so that PostgreSQL compares and
    /// sorts bytes, as SQLite does, whatever the database's own collation is.
    private static func collated(_ statement: [SQLLexer.Token]) -> String {
        let words = statement.filter { $0.kind == .word }.map { $0.text.uppercased() }
        let changesTable = words.first == "ALTER" || (words.first == "CREATE" && words.prefix(3).contains("TABLE"))
        guard changesTable else { return statement.map(\.text).joined() }
        var text = ""
        var previous = ""
        for (index, token) in statement.enumerated() {
            text += token.text
            guard token.kind == .word else { continue }
            let next = statement[(index + 1)...].first { $0.kind == .word }?.text.uppercased()
            if token.text == "TEXT", previous != "AS", next != "COLLATE" { text += " COLLATE \"C\"" }
            previous = token.text.uppercased()
        }
        return text
    }
}

/// Cuts at the semicolons that end a statement: not at those inside the body of a SQLite trigger.
private struct StatementCutter {
    private var statements: [[SQLLexer.Token]] = []
    private var statement: [SQLLexer.Token] = []
    private var words: [String] = []
    /// Of BEGIN and CASE, up to their END.
    private var depth = 0

    mutating func take(_ token: SQLLexer.Token) {
        switch token.kind {
        case .comment:
            // Dropped; what stood on both sides of it must stay apart.
            if !statement.isEmpty { statement.append(SQLLexer.Token(kind: .space, text: " ")) }
        case .space:
            if !statement.isEmpty { statement.append(token) }
        case .semicolon where depth == 0:
            end()
        case .word:
            words.append(token.text.uppercased())
            if words.first == "CREATE", words.prefix(3).contains("TRIGGER") { count(words[words.count - 1]) }
            statement.append(token)
        case .literal, .quotedName, .placeholder, .semicolon, .symbol:
            statement.append(token)
        }
    }

    mutating func finish() -> [[SQLLexer.Token]] {
        end()
        return statements
    }

    private mutating func count(_ word: String) {
        switch word {
        case "BEGIN", "CASE": depth += 1
        case "END": depth -= 1
        default: break
        }
    }

    private mutating func end() {
        if !statement.isEmpty { statements.append(statement) }
        (statement, words, depth) = ([], [], 0)
    }
}
