extension SQLSession {
    /// Inserts any number of rows with few statements.
    ///
    /// - Parameters:
    ///   - table: a name, written into the statement as it is.
    ///   - columns: names, written into the statement as they are.
    ///   - rows: each with one value a column; all values of a column are of one type, or NULL.
    ///   - suffix: for example `ON CONFLICT DO NOTHING`.
    /// - Returns: how many rows were inserted or updated.
    /// - Throws: `StoreError`.
    @discardableResult
    package func insertRows(
        into table: String, columns: [String], rows: [[SQLValue]], suffix: String = ""
    ) throws -> Int {
        if let odd = rows.first(where: { $0.count != columns.count }) {
            throw StoreError(.other, "A row for \(table) has \(odd.count) values for \(columns.count) columns.")
        }
        let head = "INSERT INTO \(table) (\(columns.joined(separator: ", ")))"
        switch dialect {
        case .sqlite: return try insertTuples(head, columns.count, rows, suffix)
        case .postgres: return try insertArrays(head, columns.count, rows, suffix)
        }
    }

    /// `VALUES (?, ?), (?, ?), ...` in powers of two, so that few different statements are prepared and kept.
    private func insertTuples(_ head: String, _ width: Int, _ rows: [[SQLValue]], _ suffix: String) throws -> Int {
        // Debian's SQLite takes 250,000 variables, a plain build 32,766; beyond some hundreds nothing is gained.
        var size = 64
        while size > 1 && size * width > 2000 { size /= 2 }
        let tuple = "(" + Array(repeating: "?", count: width).joined(separator: ", ") + ")"
        var changed = 0
        var rest = rows[...]
        while !rest.isEmpty {
            while size > rest.count { size /= 2 }
            let tuples = Array(repeating: tuple, count: size).joined(separator: ", ")
            changed += try execute("\(head) VALUES \(tuples) \(suffix)", rest.prefix(size).flatMap { $0 })
            rest = rest.dropFirst(size)
        }
        return changed
    }

    /// `SELECT * FROM unnest(array, array, ...)`, one array a column: one statement for any number of rows,
    /// three times as fast as tuples.
    private func insertArrays(_ head: String, _ width: Int, _ rows: [[SQLValue]], _ suffix: String) throws -> Int {
        // Bounds the memory of a statement's text; more rows gain nothing.
        let chunkSize = 1000
        var changed = 0
        var rest = rows[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(chunkSize)
            let columns = try (0..<width).map { try ArrayColumn(chunk, $0) }
            let selected = columns.map(\.selected).joined(separator: ", ")
            let arrays = columns.compactMap(\.parameter).joined(separator: ", ")
            let names = columns.compactMap(\.name).joined(separator: ", ")
            let source = names.isEmpty ? "generate_series(1, \(chunk.count))" : "unnest(\(arrays)) AS given(\(names))"
            // WHERE true: "SELECT ... ON CONFLICT" would be read as a join without it, by some parsers.
            let sql = "\(head) SELECT \(selected) FROM \(source) WHERE true \(suffix)"
            changed += try execute(sql, columns.compactMap(\.literal))
            rest = rest.dropFirst(chunkSize)
        }
        return changed
    }
}

/// One column of a chunk of rows as a PostgreSQL array.
private struct ArrayColumn {
    let name: String?
    let parameter: String?
    /// PostgreSQL's text form of the array; nil when every value is NULL, for then its type is not known.
    let literal: String?

    var selected: String { name ?? "NULL" }

    init(_ rows: ArraySlice<[SQLValue]>, _ column: Int) throws {
        guard let type = rows.lazy.compactMap({ Self.type(of: $0[column]) }).first else {
            (name, parameter, literal) = (nil, nil, nil)
            return
        }
        name = "c\(column)"
        parameter = "CAST(? AS \(type)[])"
        var text = "{"
        for (offset, row) in rows.enumerated() {
            if offset > 0 { text += "," }
            try row[column].check(position: column + 1)
            Self.append(row[column], to: &text)
        }
        literal = text + "}"
    }

    private static func type(of value: SQLValue) -> String? {
        switch value {
        case .null: nil
        case .integer: "BIGINT"
        case .real: "DOUBLE PRECISION"
        case .text: "TEXT"
        }
    }

    private static func append(_ value: SQLValue, to text: inout String) {
        switch value {
        case .null: text += "NULL"
        case .integer(let number): text += String(number)
        case .real(let number): text += String(number)
        case .text(let value):
            text += "\""
            for character in value.unicodeScalars {
                if character == "\"" || character == "\\" { text.unicodeScalars.append("\\") }
                text.unicodeScalars.append(character)
            }
            text += "\""
        }
    }
}
