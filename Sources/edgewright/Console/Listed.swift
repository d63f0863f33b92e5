/// What lists and details print.
protocol Listed: Encodable, Sendable {
    /// In their order on the screen.
    static var columns: [Column<Self>] { get }
    /// What `--quiet` prints: the id.
    var listName: String { get }
}

/// One property of a row.
struct Column<Row: Sendable>: Sendable {
    /// A CSV's heading; in capitals a table's.
    let title: String
    /// Whether a table has room for it; CSV and details have all.
    let isSlim: Bool
    let style: @Sendable (Row) -> TextStyle
    let value: @Sendable (Row) -> String

    static func slim(
        _ title: String, style: @escaping @Sendable (Row) -> TextStyle = { _ in .plain },
        _ value: @escaping @Sendable (Row) -> String
    ) -> Column {
        Column(title: title, isSlim: true, style: style, value: value)
    }

    static func full(_ title: String, _ value: @escaping @Sendable (Row) -> String) -> Column {
        Column(title: title, isSlim: false, style: { _ in .plain }, value: value)
    }
}
