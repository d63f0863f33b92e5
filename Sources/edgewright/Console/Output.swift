import ArgumentParser
import Fleet
import Foundation
import Yams

enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table
    case json
    case yaml
    case csv
}

/// In which form a command prints its answer.
struct OutputArguments: ParsableArguments {
    @Option(name: .shortAndLong, help: "The form of the answer.")
    var output = OutputFormat.table

    @Flag(name: .shortAndLong, help: "Print ids alone.")
    var quiet = false
}

extension OutputArguments {
    /// Prints a list.
    func printList<Row: Listed>(_ rows: [Row], on console: Console) throws {
        try console.print(
            quiet ? rows.map { $0.listName + "\n" }.joined() : output.text(rows, styled: console.outputIsStyled))
    }

    /// Prints one thing with all that is known of it.
    func printOne<Row: Listed>(_ row: Row, on console: Console) throws {
        guard !quiet else { return try console.print(row.listName + "\n") }
        try console.print(output.details(row, styled: console.outputIsStyled))
    }

    /// A remark of what was done, where a person looks and wants to hear it.
    func say(_ text: String, on console: Console) {
        if !quiet { console.say(text + "\n") }
    }
}

extension OutputFormat {
    /// A list.
    func text<Row: Listed>(_ rows: [Row], styled: Bool) throws -> String {
        switch self {
        case .table: table(rows, styled: styled)
        case .json: try json(rows)
        case .yaml: rows.isEmpty ? "[]\n" : try YAMLEncoder().encode(rows)
        case .csv: csv(rows)
        }
    }

    /// One thing with all that is known of it.
    func details<Row: Listed>(_ row: Row, styled: Bool) throws -> String {
        switch self {
        case .table: lines(row, styled: styled)
        case .json: try json(row)
        case .yaml: try YAMLEncoder().encode(row)
        case .csv: csv([row])
        }
    }

    private func table<Row: Listed>(_ rows: [Row], styled: Bool) -> String {
        let columns = Row.columns.filter(\.isSlim)
        let cells = rows.map { row in columns.map { TextTable.Cell($0.value(row), $0.style(row)) } }
        return TextTable(titles: columns.map { $0.title.uppercased() }, cells: cells).text(styled: styled)
    }

    private func lines<Row: Listed>(_ row: Row, styled: Bool) -> String {
        let columns = Row.columns
        let width = columns.map(\.title.displayWidth).max() ?? 0
        return columns.map { column in
            let title = column.title + ":" + String(repeating: " ", count: width - column.title.displayWidth + 1)
            let value = column.value(row).withoutControlCharacters
            guard !value.isEmpty else { return TextStyle.faint.applied(to: column.title + ":", styled) + "\n" }
            return TextStyle.faint.applied(to: title, styled) + column.style(row).applied(to: value, styled) + "\n"
        }.joined()
    }

    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    private func csv<Row: Listed>(_ rows: [Row]) -> String {
        let heading = CSVWriter.line(Row.columns.map(\.title))
        return heading + rows.map { row in CSVWriter.line(Row.columns.map { $0.value(row) }) }.joined()
    }
}
