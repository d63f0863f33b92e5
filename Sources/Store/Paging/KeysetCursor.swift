import Fleet
import Foundation

/// Where a page ended: the sort values of its last row, opaque to whoever passes it back.
struct KeysetCursor: Equatable {
    let values: [SQLValue]

    init(_ values: [SQLValue]) {
        self.values = values
    }

    /// What a sort value is.
    enum Kind { case text, integer }

    /// - Parameters:
    ///   - order: what the list is sorted by; a cursor of another order is refused.
    ///   - kinds: of the sort values, one each: what a client made up must not reach the store as something else.
    /// - Throws: `.invalidInput` naming `cursor`.
    init(_ text: String, order: String, kinds: [Kind]) throws {
        let padded = text.replacing("-", with: "+").replacing("_", with: "/")
        let missing = String(repeating: "=", count: (4 - padded.utf8.count % 4) % 4)
        guard text.utf8.count <= 4096, let data = Data(base64Encoded: padded + missing),
            let fields = try? JSONDecoder().decode([String].self, from: data), fields.first == order,
            fields.count == kinds.count + 1
        else {
            throw EdgewrightError.invalid("cursor", "is not one that this list gave")
        }
        values = try zip(fields.dropFirst(), kinds).map { field, kind in
            switch (kind, field.first, field.dropFirst()) {
            case (.text, "t", let text) where !text.utf8.contains(0): return .text(String(text))
            case (.integer, "i", let digits):
                guard let number = Int64(digits) else { fallthrough }
                return .integer(number)
            default: throw EdgewrightError.invalid("cursor", "is not one that this list gave")
            }
        }
    }

    func encoded(order: String) -> String {
        let fields = values.map { value in
            switch value {
            case .text(let text): "t" + text
            case .integer(let number): "i\(number)"
            case .real, .null: ""
            }
        }
        // Strings always encode, so the empty cursor is never seen.
        let data = (try? JSONEncoder().encode([order] + fields)) ?? Data()
        return data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// A list sorted by one unique pair of columns: `(key, id)`.
struct KeysetList {
    /// Names the order inside cursors.
    let order: String
    let keyColumn: String
    let idColumn: String
    var descending = false
    var kinds: [KeysetCursor.Kind] = [.text, .text]

    /// Reads a page: `select` is everything up to and with WHERE and its conditions.
    func page<Item: Codable & Sendable>(
        _ session: any SQLSession, _ request: PageRequest, select: String, values: [any SQLBindable],
        item: (SQLRow) throws -> Item, keys: (Item) -> [SQLValue]
    ) throws -> Page<Item> {
        var sql = select
        var bound = values
        let direction = descending ? "DESC" : "ASC"
        if let cursor = request.cursor {
            sql += " AND (\(keyColumn), \(idColumn)) \(descending ? "<" : ">") (?, ?)"
            bound += try KeysetCursor(cursor, order: order, kinds: kinds).values as [any SQLBindable]
        }
        sql += " ORDER BY \(keyColumn) \(direction), \(idColumn) \(direction) LIMIT ?"
        bound.append(request.limit + 1)
        let items = try session.query(sql, bound).map(item)
        let shown = Array(items.prefix(request.limit))
        let next = items.count > request.limit ? shown.last.map { KeysetCursor(keys($0)).encoded(order: order) } : nil
        return Page(items: shown, next: next)
    }
}
