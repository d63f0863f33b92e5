/// Rows under titles, in columns as wide as their widest cell.
struct TextTable {
    /// A cell that is wider is cut, unless it is the row's last: it must not push the others off the screen.
    static let widestCell = 72

    struct Cell {
        let text: String
        let style: TextStyle

        init(_ text: String, _ style: TextStyle = .plain) {
            self.text = text.withoutControlCharacters
            self.style = style
        }
    }

    let titles: [String]
    let rows: [[Cell]]

    init(titles: [String], cells: [[Cell]]) {
        self.titles = titles
        rows = cells
    }

    init(titles: [String], rows: [[String]]) {
        self.init(titles: titles, cells: rows.map { $0.map { Cell($0) } })
    }

    /// Ends with a line break.
    func text(styled: Bool) -> String {
        let heading = titles.map { Cell($0, .heading) }
        let lines = ([heading] + rows).map(fitted)
        let widths = titles.indices.map { column in
            lines.map { column < $0.count ? $0[column].text.displayWidth : 0 }.max() ?? 0
        }
        return lines.map { line(of: $0, widths, styled) + "\n" }.joined()
    }

    private func fitted(_ cells: [Cell]) -> [Cell] {
        cells.dropLast().map { Cell($0.text.fitted(to: Self.widestCell), $0.style) } + cells.suffix(1)
    }

    private func line(of cells: [Cell], _ widths: [Int], _ styled: Bool) -> String {
        var line = ""
        var owed = 0
        for (cell, width) in zip(cells, widths) {
            // Blanks are written before the next text, so that no line ends with some.
            if !cell.text.isEmpty {
                line += String(repeating: " ", count: owed) + cell.style.applied(to: cell.text, styled)
                owed = 0
            }
            owed += width - cell.text.displayWidth + 2
        }
        return line
    }
}
