import Testing

@testable import Fleet

@Suite struct CSVReaderTests {
    private func read(_ text: String, inPiecesOf size: Int = .max) -> [CSVReader.Event] {
        var reader = CSVReader()
        var events: [CSVReader.Event] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: min(size, max(1, bytes.count))) {
            reader.read(bytes[start..<min(bytes.count, start &+ min(size, bytes.count))]) { events.append($0) }
        }
        reader.finish { events.append($0) }
        return events
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `rows are the same however the bytes arrive`(size: Int) {
        let text = "\u{FEFF}a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n\r\nlast,"
        #expect(
            read(text, inPiecesOf: size) == [
                .row(["a", "b"], line: 1), .row(["x, \"y\"", "two\nlines"], line: 2), .row(["last", ""], line: 5),
            ])
    }

    @Test func `bad lines are named and the next ones read`() {
        let events = read("a\"b,c\nok\n\"x\"y\nfine\n\"open\nnever closed")
        #expect(
            events == [
                .bad(reason: "has a quote in the middle of an unquoted value", line: 1), .row(["ok"], line: 2),
                .bad(reason: "has something between a closing quote and the comma", line: 3), .row(["fine"], line: 4),
                .bad(reason: "has a quote that is never closed", line: 5),
            ])
    }

    @Test func `a row without end is cut off, and bytes that are no text are told`() {
        let long = String(repeating: "x", count: CSVReader.maximumRowLength + 1)
        #expect(read(long + "\nnext").count == 2)
        var reader = CSVReader()
        var events: [CSVReader.Event] = []
        reader.read([0xFF, 0xFE, 0x0A]) { events.append($0) }
        #expect(events == [.bad(reason: "is not UTF-8 text", line: 1)])
    }

    @Test func `what the writer quotes the reader reads back`() {
        let fields = ["plain", "a,b", "say \"hi\"", "two\r\nlines", ""]
        #expect(read(CSVWriter.line(fields)) == [.row(fields, line: 1)])
    }
}
