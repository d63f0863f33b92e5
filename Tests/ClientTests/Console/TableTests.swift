import ArgumentParser
import Fleet
import Testing

@testable import edgewright

struct TableTests {
    @Test(arguments: [
        ("abc", 3), ("日本", 4), ("é", 1), ("e\u{301}", 1), ("👍🏽", 2), ("한글", 4), ("ｆ", 2), ("", 0), ("❤️", 2), ("1", 1),
    ])
    func `a text is as wide as a terminal shows it`(text: String, width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test func `columns line up whatever alphabet is in them, and no line ends with blanks`() {
        let table = TextTable(
            titles: ["NAME", "TAGS", "X"], rows: [["日本語", "a", "1"], ["b", "", ""], ["c", "", "2"]])
        #expect(
            table.text(styled: false) == """
                NAME    TAGS  X
                日本語  a     1
                b
                c             2

                """)
    }

    @Test func `a wide cell is cut but not the last one`() {
        let long = String(repeating: "x", count: 100)
        let lines = TextTable(titles: ["A", "B"], rows: [[long, long]]).text(styled: false).split(separator: "\n")
        #expect(lines[1] == String(repeating: "x", count: 71) + "…  " + long)
    }

    @Test func `names can't steer the terminal`() {
        let table = TextTable(titles: ["A"], rows: [["a\u{1B}[2Jb\u{202E}c\nd"]])
        #expect(table.text(styled: false) == "A\na [2Jb c d\n")
    }

    @Test func `colours do not count as width`() {
        let cells = [[TextTable.Cell("on", .good), .init("x")], [.init("offline"), .init("y")]]
        let text = TextTable(titles: ["S", "T"], cells: cells).text(styled: true)
        #expect(text.contains("\u{1B}[32mon\u{1B}[0m       x\n"))
    }
}

struct OutputFormatTests {
    private let tags = [
        Fleet.Tag(
            id: Identifier("t1"), name: "a,b \"c\"", services: 3,
            createdAt: Timestamp(milliseconds: 1_772_440_200_000))
    ]

    @Test func `CSV has every column and quotes what needs it`() throws {
        #expect(
            try OutputFormat.csv.text(tags, styled: false)
                == "id,name,services,createdAt\r\nt1,\"a,b \"\"c\"\"\",3,2026-03-02T08:30:00Z\r\n")
    }

    @Test func `JSON and YAML are the API's own form`() throws {
        let json = try OutputFormat.json.text(tags, styled: false)
        #expect(json.hasPrefix("[\n  {\n") && json.hasSuffix("]\n"))
        #expect(json.contains("\"createdAt\" : \"2026-03-02T08:30:00.000Z\""))
        #expect(try OutputFormat.yaml.text(tags, styled: false).hasPrefix("- id: t1\n"))
        #expect(try OutputFormat.yaml.text([Fleet.Tag](), styled: false) == "[]\n")
    }

    @Test func `quiet prints ids alone`() throws {
        let captured = CapturedConsole()
        let output = try OutputArguments.parse(["-q", "-o", "json"])
        try output.printList(tags, on: captured.console())
        try output.printOne(tags[0], on: captured.console())
        #expect(captured.output == "t1\nt1\n")
    }
}

struct ProgressBarTests {
    @Test func `the bar grows to its whole width and no further`() {
        let bar = ProgressBar(title: "Importing", total: 2_000_000, unit: .bytes)
        let empty = String(repeating: "░", count: 30)
        #expect(bar.line(0) == "Importing \(empty)   0% 0 B of 2.0 MB")
        let half = String(repeating: "█", count: 15) + String(repeating: "░", count: 15)
        #expect(bar.line(1_000_000) == "Importing \(half)  50% 1.0 MB of 2.0 MB")
        let full = String(repeating: "█", count: 30)
        #expect(bar.line(9_000_000) == "Importing \(full) 100% 9.0 MB of 2.0 MB")
    }

    @Test func `without a total it counts`() {
        #expect(ProgressBar(title: "Exporting", total: nil, unit: .bytes).line(2048) == "Exporting 2 kB")
    }

    @Test func `nothing is drawn where no terminal is`() {
        let captured = CapturedConsole()
        let display = ProgressDisplay(title: "T", total: 2, unit: .count, captured.console())
        display.show(1)
        display.finish()
        #expect(captured.error.isEmpty)
    }

    @Test func `the last step is always drawn`() {
        let captured = CapturedConsole()
        let display = ProgressDisplay(title: "T", total: 2, unit: .count, captured.console(isTerminal: true))
        display.show(1)
        display.show(2)
        #expect(captured.error.contains("100% 2 of 2"))
    }
}
