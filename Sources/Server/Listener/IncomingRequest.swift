import HTTPTypes
import NIOCore
import NIOHTTP1

/// A request of a client as it is taken up.
struct IncomingRequest: Sendable {
    /// Among those of its client.
    let number: Int
    let head: HTTPRequest
    /// `nil` when it is still on its way.
    let whole: ByteBuffer?
}

/// A request's body while it arrives. For one reader, in any task.
struct ArrivingRequestBody: AsyncSequence, Sendable {
    let client: ClientConnection
    let request: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let body: ArrivingRequestBody

        mutating func next() async throws -> ByteBuffer? { try await body.client.nextBytes(of: body.request) }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }
}

/// A request whose body is in a coding that nobody here undoes (RFC 9112, section 6.1).
struct UnknownTransferCoding: Error {}

/// The answer to what is no HTTP, or none that can be read.
struct UnreadableRequest {
    let head: HTTPResponse
    let body: ByteBuffer

    /// Whether it is what the client has said that is wrong; other errors are the connection's.
    static func isAbout(_ error: any Error) -> Bool {
        error is HTTPParserError || error is ByteToMessageDecoderError || error is UnknownTransferCoding
    }

    /// - Parameter error: for which `isAbout` holds.
    init(_ error: any Error) {
        let status: HTTPResponse.Status =
            switch error {
            case HTTPParserError.headerOverflow: .requestHeaderFieldsTooLarge
            case HTTPParserError.invalidVersion: .httpVersionNotSupported
            case is UnknownTransferCoding: .notImplemented
            default: .badRequest
            }
        body = ByteBuffer(
            string: #"{"type":"about:blank","title":"\#(status.reasonPhrase)","status":\#(status.code)}"#)
        head = HTTPResponse(
            status: status,
            headerFields: [
                .connection: "close", .contentType: "application/problem+json",
                .contentLength: String(body.readableBytes),
            ])
    }
}
