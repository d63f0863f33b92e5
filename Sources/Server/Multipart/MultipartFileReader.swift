import Fleet
import Foundation

/// Finds the first file in a multipart/form-data body (RFC 7578) that comes in chunks.
struct MultipartFileReader {
    private enum State { case preamble, headers, file, otherPart, done }

    /// Fields of one part: a file's name and type, not more.
    private static let maximumHeaders = 16 * 1024

    private let delimiter: Data
    private var state = State.preamble
    /// A delimiter is a line of its own; the line end before the first one is imagined.
    private var buffer = Data("\r\n".utf8)

    /// - Parameter boundary: as the content type gives it.
    init(boundary: String) {
        delimiter = Data("\r\n--\(boundary)".utf8)
    }

    /// Takes a chunk and gives what it has of the file.
    /// - Throws: `.invalidInput` when the body is not multipart.
    mutating func read(_ bytes: some Sequence<UInt8>) throws -> Data {
        buffer.append(contentsOf: bytes)
        var content = Data()
        while try step(&content) {}
        return content
    }

    /// - Throws: `.invalidInput` when the body ended before the file did, or had none.
    func finish() throws {
        guard state == .done else {
            throw EdgewrightError.invalid("file", "is missing or cut off in the multipart body")
        }
    }

    /// - Returns: whether more can be done with what is there.
    private mutating func step(_ content: inout Data) throws -> Bool {
        switch state {
        case .preamble, .otherPart:
            guard skipToDelimiter(into: nil) else { return false }
        case .file:
            var found = Data()
            let ended = skipToDelimiter(into: &found)
            content.append(found)
            guard ended else { return false }
            state = .done
            return false
        case .headers:
            return try readHeaders()
        case .done:
            buffer.removeAll()
            return false
        }
        state = .headers
        return true
    }

    /// Drops, or gives, what is before the next delimiter, and the delimiter.
    private mutating func skipToDelimiter(into content: UnsafeMutablePointer<Data>?) -> Bool {
        guard let range = buffer.range(of: delimiter) else {
            // The end may be the beginning of a delimiter.
            let safe = max(0, buffer.count - delimiter.count + 1)
            content?.pointee.append(buffer.prefix(safe))
            buffer = Data(buffer.dropFirst(safe))
            return false
        }
        content?.pointee.append(buffer[buffer.startIndex..<range.lowerBound])
        buffer = Data(buffer[range.upperBound...])
        return true
    }

    private mutating func readHeaders() throws -> Bool {
        guard buffer.count >= 2 else { return false }
        guard buffer.prefix(2) != Data("--".utf8) else {
            throw EdgewrightError.invalid("file", "is not among the parts of the multipart body")
        }
        guard let end = buffer.range(of: Data("\r\n\r\n".utf8)) else {
            guard buffer.count <= Self.maximumHeaders else {
                throw EdgewrightError.invalid("file", "has too many fields in the multipart body")
            }
            return false
        }
        let fields = String(decoding: buffer[buffer.startIndex..<end.lowerBound], as: UTF8.self).lowercased()
        // A part without fields ends its (empty) head at once; the content begins behind the blank line, whose line
        // end may be the beginning of the next delimiter.
        buffer = Data("\r\n".utf8) + buffer[end.upperBound...]
        let isFile = fields.contains("content-disposition:") && fields.contains("filename")
        state = isFile ? .file : .otherPart
        if isFile { buffer = Data(buffer.dropFirst(2)) }
        return true
    }
}
