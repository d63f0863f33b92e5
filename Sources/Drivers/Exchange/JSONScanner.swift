import Foundation
import NIOCore

/// Reads JSON front to back without building anything, for the few answers that come thousands of times a second:
/// about a tenth of what a `JSONDecoder` takes.
///
/// Values are read in the order they stand in. What is read must be well-formed; what is skipped is only followed to
/// its end.
struct JSONScanner {
    /// Not JSON, or a value of another type than the one asked for.
    struct Malformed: Error {}

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Reads a whole text. `body` must not keep the scanner: it sees memory of the buffer.
    /// - Throws: `Malformed`, and what `body` throws.
    static func scan<Result>(
        _ buffer: ByteBuffer, _ body: (inout JSONScanner) throws -> Result
    ) throws -> Result {
        try buffer.withUnsafeReadableBytes { bytes in
            var scanner = JSONScanner(bytes)
            let result = try body(&scanner)
            scanner.skipSpace()
            guard scanner.position == bytes.count else { throw Malformed() }
            return result
        }
    }

    // MARK: Containers

    /// - Parameter member: called for each key, must read or skip exactly the one value.
    mutating func readObject(_ member: (inout JSONScanner, _ key: String) throws -> Void) throws {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let key = try readString()
            try expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// - Parameter element: called at each element, must read or skip exactly that one.
    mutating func readArray(_ element: (inout JSONScanner) throws -> Void) throws {
        try expect(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return }
        repeat { try element(&self) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    /// Whether a string comes next.
    mutating func isAtString() -> Bool { peek() == UInt8(ascii: "\"") }

    // MARK: Values

    mutating func readString() throws -> String {
        try expect(UInt8(ascii: "\""))
        let start = position
        let hasEscapes = try skipRestOfString()
        guard hasEscapes else {
            return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position - 1]), as: UTF8.self)
        }
        // Rare, so the library may do it: surrogates and all.
        guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start - 1..<position])) else {
            throw Malformed()
        }
        return text
    }

    /// Fractions are cut off; what is too large becomes the nearest bound.
    mutating func readInteger() throws -> Int {
        skipSpace()
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        var value = 0
        var digits = 0
        var overflowed = false
        while position < bytes.count, let digit = Self.digit(bytes[position]) {
            let (tens, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, low) = tens.addingReportingOverflow(digit)
            overflowed = overflowed || high || low
            value = sum
            digits += 1
            position += 1
        }
        guard digits > 0 else { throw Malformed() }
        if position < bytes.count, Self.isPartOfFraction(bytes[position]) { return try readRestOfNumber(from: start) }
        if overflowed { return isNegative ? .min : .max }
        return isNegative ? -value : value
    }

    /// `null` is no integer, but stands for one that is not there.
    mutating func readIntegerOrNull() throws -> Int? { takeNull() ? nil : try readInteger() }

    /// Goes past `null`, if it is next.
    mutating func takeNull() -> Bool {
        skipSpace()
        guard position + 4 <= bytes.count, bytes[position..<position + 4].elementsEqual("null".utf8) else {
            return false
        }
        position += 4
        return true
    }

    /// Goes past any value, however deep, without recursion.
    mutating func skipValue() throws {
        var depth = 0
        repeat {
            guard let byte = peek() else { throw Malformed() }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                _ = try skipRestOfString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                position += 1
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw Malformed() }
                position += 1
                if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
            default:
                skipScalar()
            }
        } while depth > 0
    }

    // MARK: Bytes

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    }

    private mutating func peek() -> UInt8? {
        skipSpace()
        return position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws {
        guard take(byte) else { throw Malformed() }
    }

    /// From behind the opening quote to behind the closing one.
    /// - Returns: whether there were escapes in between.
    private mutating func skipRestOfString() throws -> Bool {
        var hasEscapes = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += 2
            default:
                position += 1
            }
        }
        throw Malformed()
    }

    private mutating func skipScalar() {
        while position < bytes.count, bytes[position] > 0x20, !Self.isDelimiter(bytes[position]) { position += 1 }
    }

    private mutating func readRestOfNumber(from start: Int) throws -> Int {
        skipScalar()
        let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        guard let value = Double(text) else { throw Malformed() }
        return Int(saturating: value)
    }

    private static func digit(_ byte: UInt8) -> Int? {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte ? Int(byte) - 48 : nil
    }

    private static func isPartOfFraction(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "\""):
            true
        default: false
        }
    }
}
