import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// An error as the API tells it (RFC 9457).
struct Problem: Encodable {
    var type = "about:blank"
    let title: String
    let status: Int
    let detail: String
    let code: String
    var errors: [FieldError]?
    var requestId: String?
}

extension EdgewrightError.Code {
    /// The one place where a status is chosen.
    var status: HTTPResponse.Status {
        switch self {
        case .invalidInput: .badRequest
        case .unauthenticated: .unauthorized
        case .permissionDenied: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .unsupported: .unprocessableContent
        case .tooLarge: .contentTooLarge
        case .rateLimited: .tooManyRequests
        case .unreachable, .badAnswer: .badGateway
        case .timedOut: .gatewayTimeout
        case .unavailable: .serviceUnavailable
        case .internal: .internalServerError
        }
    }
}

/// What only HTTP can get wrong; everything else is an `EdgewrightError`.
struct ProtocolError: Error {
    let status: HTTPResponse.Status
    let code: String
    let detail: String
    var headerFields: HTTPFields = [:]
}

extension Response {
    static func problem(_ error: EdgewrightError, requestId: String) -> Response {
        let status = error.code.status
        // What went wrong inside is for the log; its number finds it there.
        let detail =
            error.code == .internal
            ? "Something failed in Edgewright; the log has it under \(requestId)." : error.message
        var fields: HTTPFields = [:]
        if error.code == .unauthenticated { fields[.wwwAuthenticate] = "Bearer" }
        if let wait = error.retryAfter { fields[.retryAfter] = String(max(1, wait.components.seconds + 1)) }
        let problem = Problem(
            title: status.reasonPhrase, status: status.code, detail: detail, code: error.code.rawValue,
            errors: error.fields.isEmpty ? nil : error.fields, requestId: requestId)
        return .problem(problem, status, fields)
    }

    static func problem(_ error: ProtocolError, requestId: String) -> Response {
        let problem = Problem(
            title: error.status.reasonPhrase, status: error.status.code, detail: error.detail, code: error.code,
            requestId: requestId)
        return .problem(problem, error.status, error.headerFields)
    }

    private static func problem(_ problem: Problem, _ status: HTTPResponse.Status, _ fields: HTTPFields) -> Response {
        var fields = fields
        fields[.contentType] = "application/problem+json"
        // A value of texts and numbers always encodes.
        let body = (try? JSONCoding.encode(problem)) ?? ByteBuffer()
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: body))
    }
}
