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

/// The answer to what is no HTTP.
struct UnreadableRequest {
    let head: HTTPResponse
    let body: ByteBuffer

    /// - Parameter error: what the parser says.
    init(_ error: any Error) {
        let status: HTTPResponse.Status =
            switch error as? HTTPParserError {
            case .headerOverflow: .requestHeaderFieldsTooLarge
            case .invalidVersion: .httpVersionNotSupported
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
