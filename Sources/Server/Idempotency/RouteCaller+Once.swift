import ControlPlane
import Fleet
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOConcurrencyHelpers
import NIOCore
import NIOFoundationCompat

// Carrying a request with an `Idempotency-Key` out once. Whether the caller may do it is decided anew each time: who lost
// the right to do something is not shown what came of it either.

extension RouteCaller {
    /// As `authenticated()`; the caller holds the request's idempotency key, where it has one.
    func authenticated(for request: RouteRequest) async throws -> Caller {
        let caller = try await authenticated()
        guard let idempotency, let key = try IdempotencyKey.of(request.request) else { return caller }
        return idempotency.claiming(key, by: caller)
    }

    /// Handles the request, or gives the answer again that the first one with the same key got.
    /// - Throws: 422 for a key of another request, 409 while the first is under way; what `handle` throws.
    func once(
        _ request: RouteRequest, by caller: Caller, _ handle: (RouteRequest) async throws -> Response
    ) async throws -> Response {
        guard let idempotency, try IdempotencyKey.of(request.request) != nil else { return try await handle(request) }
        var request = request
        let body = try await request.wholeBody()
        request.request.body = RequestBody(buffer: body)
        let fingerprint = IdempotencyKey.fingerprint(request.request.head, body)
        if let answer = try await idempotency.begin(caller, fingerprint: fingerprint).earlierAnswer() {
            return Response(answer)
        }
        do {
            let response = try await handle(request)
            let kept = try await response.kept(upTo: IdempotentRequests.largestAnswer)
            await idempotency.finish(caller, fingerprint: fingerprint, kept)
            return response
        } catch {
            await idempotency.release(caller)
            throw error
        }
    }
}

extension IdempotentRequests.Decision {
    fileprivate func earlierAnswer() throws -> KeptAnswer? {
        switch self {
        case .carryOut: nil
        case .answer(let answer): answer
        case .underWay:
            throw ProtocolError(
                status: .conflict, code: "requestUnderWay",
                detail: "The first request with this Idempotency-Key is still under way; ask again.",
                headerFields: [.retryAfter: "1"])
        case .answerLost:
            throw ProtocolError(
                status: .conflict, code: "answerLost",
                detail: "The request with this Idempotency-Key was carried out, but its answer was not kept: look at "
                    + "what is there, and take a new key for what is to be done again.")
        case .differs:
            throw ProtocolError(
                status: .unprocessableContent, code: "idempotencyKeyReused",
                detail: "This Idempotency-Key was used for another request; take a new one.")
        }
    }
}

extension Response {
    fileprivate init(_ answer: KeptAnswer) {
        var fields = HTTPFields()
        for field in answer.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            fields.append(HTTPField(name: name, value: field.value))
        }
        fields[.idempotencyReplayed] = "true"
        self.init(
            status: HTTPResponse.Status(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(data: answer.body)))
    }

    /// `nil` for a stream, and for more than `limit` bytes.
    fileprivate func kept(upTo limit: Int) async throws -> KeptAnswer? {
        guard let length = body.contentLength, length <= limit else { return nil }
        let whole = NIOLockedValueBox(ByteBuffer())
        // A body of a known length is bytes that are there, and can be written more than once.
        try await body.write(MemoryWriter(whole: whole))
        // A cookie is a credential of its own, and belongs to the browser that was given it.
        let fields = headers.filter { $0.name != .setCookie }
        return KeptAnswer(
            status: status.code, fields: fields.map { .init(name: $0.name.rawName, value: $0.value) },
            body: Data(buffer: whole.withLockedValue { $0 }))
    }
}

/// Writes an answer into memory.
private struct MemoryWriter: ResponseBodyWriter {
    let whole: NIOLockedValueBox<ByteBuffer>

    mutating func write(_ buffer: ByteBuffer) async throws {
        whole.withLockedValue { _ = $0.writeImmutableBuffer(buffer) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
