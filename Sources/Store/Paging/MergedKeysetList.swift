import Fleet

/// A list sorted by a service's id and the name of one of its parts, over a few ranges of one index: the index begins
/// with the columns of a range and goes on with the two of the order.
///
/// Each range gives at most a page, so that a page costs no more than a few of them, however large the table is.
struct MergedKeysetList {
    /// Names the order inside cursors.
    let order: String
    let table: String
    /// The part's own name.
    let nameColumn: String
    /// What else is read.
    let columns: [String]
    /// Values of the columns in front, one list a range.
    let rangeColumns: [String]
    let ranges: [[String]]

    /// - Parameter item: gets the service's id, name and status, the part's name, then `columns`.
    func page<Item: Codable & Sendable>(
        _ session: any SQLSession, _ request: PageRequest, item: (SQLRow) throws -> Item,
        keys: (Item) -> [SQLValue]
    ) throws -> Page<Item> {
        let last = try request.cursor.map { try KeysetCursor($0, order: order, kinds: [.text, .text]).values }
        let limit = request.limit + 1
        var values: [any SQLBindable] = []
        for range in ranges { values += range as [any SQLBindable] + (last ?? []) as [any SQLBindable] + [limit] }
        let branch = "SELECT * FROM (\(select(after: last != nil))) part"
        let branches = Array(repeating: branch, count: ranges.count).joined(separator: " UNION ALL ")
        let read = columns.map { ", p.\($0)" }.joined()
        let rows = try session.query(
            """
            SELECT p.service_id, s.name, s.status, p.\(nameColumn)\(read)
            FROM (SELECT * FROM (\(branches)) merged ORDER BY service_id, \(nameColumn) LIMIT ?) p
            JOIN service s ON s.id = p.service_id ORDER BY p.service_id, p.\(nameColumn)
            """, values + [limit])
        let items = try rows.map(item)
        let shown = Array(items.prefix(request.limit))
        let next = items.count > request.limit ? shown.last.map { KeysetCursor(keys($0)).encoded(order: order) } : nil
        return Page(items: shown, next: next, total: request.wantsTotal ? try count(session) : nil)
    }

    private func select(after hasCursor: Bool) -> String {
        let names = (["service_id", nameColumn] + columns).joined(separator: ", ")
        let after = hasCursor ? " AND (service_id, \(nameColumn)) > (?, ?)" : ""
        return """
            SELECT \(names) FROM \(table) WHERE \(rangeCondition)\(after) ORDER BY service_id, \(nameColumn) LIMIT ?
            """
    }

    private var rangeCondition: String { rangeColumns.map { "\($0) = ?" }.joined(separator: " AND ") }

    private func count(_ session: any SQLSession) throws -> Int {
        try ranges.reduce(0) { total, range in
            try total + session.count("SELECT COUNT(*) FROM \(table) WHERE \(rangeCondition)", range)
        }
    }
}
