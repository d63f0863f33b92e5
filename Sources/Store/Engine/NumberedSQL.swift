/// A statement with `?` placeholders, ready to be written with PostgreSQL's `$1`, `$2`, ...
struct NumberedSQL {
    /// The text between the placeholders: one more than there are placeholders.
    private let pieces: [String]

    var placeholderCount: Int { pieces.count - 1 }

    init(_ sql: String) {
        var pieces = [""]
        for token in SQLLexer(sql) {
            if token.kind == .placeholder {
                pieces.append("")
            } else {
                pieces[pieces.count - 1] += token.text
            }
        }
        self.pieces = pieces
    }

    /// The statement with a NULL written out where the value is NULL, and numbers from 1 elsewhere.
    ///
    /// PostgreSQL must know the type of a parameter, and a NULL has none: `$1 IS NULL` would be refused.
    ///
    func text(isNull: [Bool]) -> String {
        var text = pieces[0]
        var number = 0
        for (piece, isNull) in zip(pieces.dropFirst(), isNull) {
            if isNull {
                text += "NULL"
            } else {
                number += 1
                text += "$\(number)"
            }
            text += piece
        }
        return text
    }
}
