/// Reads comma-separated rows (RFC 4180) from chunks of bytes as they arrive.
///
/// Ours because the CSV library that can be had reads only whole texts and knows no line numbers; a file here may have
/// 100 MB and every bad line must be named.
package struct CSVReader: Sendable {
    /// One row, or why a line is none. Blank lines are passed over.
    package enum Event: Equatable, Sendable {
        /// `line` is the line that the row begins on, counted from 1.
        case row([String], line: Int)
        case bad(reason: String, line: Int)
    }

    private enum State { case fieldStart, plain, quoted, quoteInQuoted, skippingLine }

    /// Bytes of one row: a file that is no CSV must not grow one field without end.
    package static let maximumRowLength = 64 * 1024

    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var rowLength = 0
    /// What came behind the first line of a row whose value is still quoted: when the quote turns out to be a stray one,
    /// these are lines of their own.
    private var quotedLines: [UInt8] = []
    private var line = 1
    private var rowLine = 1
    private var previousWasCarriageReturn = false
    private var bytesSeen = 0

    package init() {}

    /// Takes the next chunk; `emit` is called for each row that it completes.
    package mutating func read(_ bytes: some Sequence<UInt8>, emit: (Event) throws -> Void) rethrows {
        for byte in bytes {
            bytesSeen += 1
            if bytesSeen <= 3, isByteOrderMark(byte) { continue }
            try take(byte, emit: emit)
        }
    }

    /// The input has ended: gives the last row when it has no line end.
    package mutating func finish(emit: (Event) throws -> Void) rethrows {
        while state == .quoted { try giveUpQuote("has a quote that is never closed", emit: emit) }
        if rowLength > 0, state != .skippingLine {
            try endRow(emit: emit)
        }
        self = CSVReader()
    }

    private func isByteOrderMark(_ byte: UInt8) -> Bool {
        rowLength == 0 && byte == [0xEF, 0xBB, 0xBF][bytesSeen - 1]
    }

    private mutating func take(_ byte: UInt8, emit: (Event) throws -> Void) rethrows {
        let isLineFeed = byte == UInt8(ascii: "\n")
        let isCarriageReturn = byte == UInt8(ascii: "\r")
        let endsLine = (isLineFeed && !previousWasCarriageReturn) || isCarriageReturn
        let swallowed = isLineFeed && previousWasCarriageReturn
        previousWasCarriageReturn = isCarriageReturn
        if state == .quoted {
            if endsLine { line += 1 }
            if line > rowLine { quotedLines.append(byte) }
            try takeQuoted(byte, emit: emit)
        } else if swallowed {
            return
        } else if endsLine {
            line += 1
            if state == .skippingLine { startRow() } else { try endRow(emit: emit) }
        } else if state != .skippingLine {
            if line > rowLine { quotedLines.append(byte) }
            try takeInRow(byte, emit: emit)
        }
    }

    private mutating func takeQuoted(_ byte: UInt8, emit: (Event) throws -> Void) rethrows {
        rowLength += 1
        guard rowLength <= Self.maximumRowLength else {
            return try giveUpQuote("has a quoted value longer than \(Self.maximumRowLength) bytes", emit: emit)
        }
        if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { field.append(byte) }
    }

    private mutating func takeInRow(_ byte: UInt8, emit: (Event) throws -> Void) rethrows {
        guard try grow(emit: emit) else { return }
        switch (state, byte) {
        case (_, UInt8(ascii: ",")):
            try endField(emit: emit)
        case (.fieldStart, UInt8(ascii: "\"")):
            state = .quoted
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            field.append(byte)
            state = .quoted
        case (.quoteInQuoted, _):
            try giveUpQuote("has something between a closing quote and the comma", emit: emit)
        case (_, UInt8(ascii: "\"")):
            try reject("has a quote in the middle of an unquoted value", emit: emit)
        default:
            field.append(byte)
            state = .plain
        }
    }

    /// The quote was a stray one, or the value is none of ours: only its first line is lost. Each line is read at most
    /// twice so: for its quote to be open again, another stray one has to come behind all that was read.
    private mutating func giveUpQuote(_ reason: String, emit: (Event) throws -> Void) rethrows {
        try emit(.bad(reason: reason, line: rowLine))
        let rest = quotedLines
        guard !rest.isEmpty else {
            state = .skippingLine
            field.removeAll(keepingCapacity: true)
            fields.removeAll(keepingCapacity: true)
            return
        }
        line = rowLine + 1
        startRow()
        // The first of them is the end of the line itself, or of its CR LF.
        previousWasCarriageReturn = rest.first == UInt8(ascii: "\r")
        for byte in rest.dropFirst() { try take(byte, emit: emit) }
    }

    /// Counts a byte of the row; `false` when the row has become too long and was rejected.
    private mutating func grow(emit: (Event) throws -> Void) rethrows -> Bool {
        rowLength += 1
        guard rowLength <= Self.maximumRowLength else {
            try reject("is longer than \(Self.maximumRowLength) bytes", emit: emit)
            return false
        }
        return true
    }

    private mutating func reject(_ reason: String, emit: (Event) throws -> Void) rethrows {
        try emit(.bad(reason: reason, line: rowLine))
        state = .skippingLine
        field.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }

    private mutating func endField(emit: (Event) throws -> Void) rethrows {
        guard let text = String(validating: field, as: UTF8.self) else {
            return try reject("is not UTF-8 text", emit: emit)
        }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        state = .fieldStart
    }

    private mutating func endRow(emit: (Event) throws -> Void) rethrows {
        defer { startRow() }
        guard rowLength > 0 else { return }
        try endField(emit: emit)
        guard state != .skippingLine, fields != [""] else { return }
        try emit(.row(fields, line: rowLine))
    }

    private mutating func startRow() {
        state = .fieldStart
        field.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        rowLength = 0
        quotedLines.removeAll(keepingCapacity: true)
        rowLine = line
    }
}

/// Writes rows as RFC 4180 has them.
package enum CSVWriter {
    /// - Parameter spreadsheet: whether the row is for a program that would run a value that begins like a formula. Such
    ///   a value gets an apostrophe in front, with which it can't be imported again as it was.
    package static func line(_ fields: [String], for spreadsheet: Bool) -> String {
        line(spreadsheet ? fields.map(defused) : fields)
    }

    private static func defused(_ field: String) -> String {
        guard let first = field.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else { return field }
        return "'" + field
    }

    package static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return field }
        // By scalars: a quote with an accent on it is one character, and a quote all the same.
        var quoted = String.UnicodeScalarView()
        for scalar in field.unicodeScalars {
            quoted.append(scalar)
            if scalar == "\"" { quoted.append(scalar) }
        }
        return "\"" + String(quoted) + "\""
    }
}
