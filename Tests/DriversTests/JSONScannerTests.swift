import NIOCore
import Testing

@testable import Drivers

@Suite struct JSONScannerTests {
    private func integer(_ text: String) throws -> Int {
        try JSONScanner.scan(ByteBuffer(string: text)) { try $0.readInteger() }
    }

    private func string(_ text: String) throws -> String {
        try JSONScanner.scan(ByteBuffer(string: text)) { try $0.readString() }
    }

    private func skip(_ text: String) throws {
        try JSONScanner.scan(ByteBuffer(string: text)) { try $0.skipValue() }
    }

    @Test(arguments: [
        ("0", 0), ("-7", -7), (" 42\n", 42), ("1.9", 1), ("-1.9", -1), ("2e3", 2000), ("1e400", Int.max),
        ("9223372036854775807", Int.max), ("9223372036854775808", Int.max), ("-99999999999999999999", Int.min),
        ("-9223372036854775808", Int.min),
    ])
    func `integers are read, and bounded where they don't fit`(text: String, value: Int) throws {
        #expect(try integer(text) == value)
    }

    @Test(arguments: ["", "-", "x", "1x", "1 2", "\"1\"", "null", "1.x", "{}", "--1"])
    func `what is no integer is refused`(text: String) {
        #expect(throws: JSONScanner.Malformed.self) { try integer(text) }
    }

    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""ünï""#, "ünï"), (#""a\"b\\""#, #"a"b\"#),
        (#""\u00fc\ud83d\ude00\n""#, "ü😀\n"),
    ])
    func `strings are read with their escapes`(text: String, value: String) throws {
        #expect(try string(text) == value)
    }

    @Test(arguments: ["", "\"", "\"open", #""\"#, #""\""#, #""\x""#, #""\ud800""#, "1"])
    func `what is no string is refused`(text: String) {
        #expect(throws: JSONScanner.Malformed.self) { try string(text) }
    }

    @Test(arguments: [
        "1", "true", "null", #""a\"}""#, "[]", "{}", #"{"a":[1,{"b":"]}"},null],"c":-1.5e3}"#, "[[[[]]]]",
    ])
    func `any value is skipped to its end`(text: String) throws { try skip(text) }

    @Test(arguments: ["", "[", "{", "]", "[1", #"{"a""#, "1,", ",", "[]]"])
    func `what has no end, or goes on after it, is refused`(text: String) {
        #expect(throws: JSONScanner.Malformed.self) { try skip(text) }
    }

    @Test func `depth costs no stack`() throws {
        let depth = 500_000
        try skip(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    }

    @Test func `members and elements come in their order`() throws {
        var seen: [String] = []
        try JSONScanner.scan(ByteBuffer(string: #" { "a" : [ 1 , 2 ] , "b\u0062" : null , "c" : "x" } "#)) { scanner in
            try scanner.readObject { scanner, key in
                switch key {
                case "a": try scanner.readArray { seen.append("a\(try $0.readInteger())") }
                case "bb": seen.append("null \(scanner.takeNull())")
                default: seen.append("\(scanner.isAtString()) \(try scanner.readString())")
                }
            }
        }
        #expect(seen == ["a1", "a2", "null true", "true x"])
    }

    /// Every beginning of a good text is a bad one; none may read past its end.
    @Test func `a text cut anywhere is refused`() {
        let whole = #"{"states":[{"node":"a\n","running":3,"link":1,"rtt":12}]}"#
        for length in 0..<whole.utf8.count {
            #expect(throws: JSONScanner.Malformed.self) { try skip(String(whole.prefix(length))) }
        }
    }
}
