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
                .bad(reason: "has a quote that is never closed", line: 5), .row(["never closed"], line: 6),
            ])
    }

    @Test func `a quote with an accent on it is a quote`() {
        let line = CSVWriter.line(["a\"\u{301}b", "c"])
        #expect(read(line) == [.row(["a\"\u{301}b", "c"], line: 1)])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `a stray quote costs its own line and no other`(lineEnd: String) {
        let lines = ["a,\"b", "good,1", "good,2", "x,\"y", "good,3", "\"z", "good,4"]
        #expect(
            read(lines.joined(separator: lineEnd)) == [
                .bad(reason: "has something between a closing quote and the comma", line: 1),
                .row(["good", "1"], line: 2), .row(["good", "2"], line: 3),
                .bad(reason: "has something between a closing quote and the comma", line: 4),
                .row(["good", "3"], line: 5), .bad(reason: "has a quote that is never closed", line: 6),
                .row(["good", "4"], line: 7),
            ])
    }

    @Test func `many stray quotes are read in time that grows with the file, not with its square`() {
        let text = String(repeating: "\"a\nb,c\n", count: 50_000)
        let events = read(text)
        #expect(events.count == 100_000)
        let far = read("\"" + String(repeating: "x\n", count: 100_000))
        #expect(far.count == 100_000)
        #expect(far.first == .bad(reason: "has a quoted value longer than 65536 bytes", line: 1))
        #expect(far.last == .row(["x"], line: 100_000))
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
