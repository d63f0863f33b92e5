import HTTPTypes
import NIOCore
import NIOHPACK
import Synchronization

/// How long an answer's body is, by its own word, and that it is so.
///
/// The other end may be anybody's program. What is longer than it says would be taken for the next answer by whoever reads
/// it on a connection that is kept (RFC 9112, section 11.1), so nothing leaves here that has another length than its field.
struct TunnelAnswerLength {
    /// The one `Content-Length`; `nil` where the answer names none.
    let field: String?
    /// Bytes that the body must have; `nil` where only its end tells.
    private let bytes: Int64?

    /// - Throws: `TransportError` of kind `.invalidResponse` for lengths that are none, or of which there are two.
    init(_ head: HPACKHeaders, status: HTTPResponse.Status, to method: HTTPRequest.Method) throws {
        let named = try Self.named(head)
        field = named.map(String.init)
        // What the answer to a GET would have (RFC 9110, section 8.6).
        let isBodyless = method == .head || status.code == 204 || status.code == 304
        bytes = isBodyless ? 0 : named
    }

    private static func named(_ head: HPACKHeaders) throws -> Int64? {
        let fields: [String] = head["content-length"]
        if fields.isEmpty { return nil }
        if fields.count == 1, let length = number(fields[0]) { return length }
        let texts: [String] = fields.flatMap { field in
            field.split(separator: ",", omittingEmptySubsequences: false).map { text in
                String(text.filter { $0 != " " && $0 != "\t" })
            }
        }
        guard let first = texts.first, texts.allSatisfy({ $0 == first }), let length = number(first) else {
            throw TransportError(.invalidResponse, "the answer has a length that is none")
        }
        return length
    }

    private static func number(_ text: String) -> Int64? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int64(text)
    }

    /// - Parameters:
    ///   - whole: the body, when it came along with its head.
    ///   - reader: otherwise reads it.
    /// - Throws: `TransportError` of kind `.invalidResponse`.
    func checked(_ whole: ByteBuffer?, _ reader: () -> any BodyReader) throws -> AnyByteStream {
        guard let whole else {
            guard let bytes else { return ArrivingBody(reader: reader()) }
            return ArrivingBody(reader: CountingReader(reader(), left: bytes))
        }
        guard bytes.map({ $0 == Int64(whole.readableBytes) }) ?? true else { throw Self.isAnother }
        return ReceivedBody(bytes: whole)
    }

    fileprivate static var isAnother: TransportError {
        TransportError(.invalidResponse, "the answer has another length than it says")
    }
}

/// Breaks a body off that does not keep its word.
private final class CountingReader: BodyReader {
    private let reader: any BodyReader
    private let left: Mutex<Int64>

    init(_ reader: any BodyReader, left: Int64) {
        self.reader = reader
        self.left = Mutex(left)
    }

    func next() async throws -> ByteBuffer? {
        let chunk = try await reader.next()
        let left = left.withLock { left in
            left -= Int64(chunk?.readableBytes ?? 0)
            return left
        }
        guard left >= 0, chunk != nil || left == 0 else {
            reader.cancel()
            throw TunnelAnswerLength.isAnother
        }
        return chunk
    }

    func cancel() { reader.cancel() }
}
