package import Fleet
import Foundation
import NIOCore
import NIOFoundationCompat

/// What the control plane answered to a request that failed.
package struct APIProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The HTTP status.
    package var status: Int
    /// `nil` when the answer has none that is known here: another program answered, or a newer control plane.
    package var code: EdgewrightError.Code?
    /// What failed, for a person.
    package var detail: String
    package var errors: [FieldError]
    /// How long the control plane wants to be left alone.
    package var retryAfter: Duration?

    package init(
        status: Int, code: EdgewrightError.Code?, detail: String, errors: [FieldError] = [],
        retryAfter: Duration? = nil
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retryAfter = retryAfter
    }

    package var description: String {
        let fields = errors.map { " [\($0.field): \($0.message)]" }.joined()
        return "\(status) \(code?.rawValue ?? "-"): \(detail)\(fields)"
    }
}

extension APIProblem {
    private struct Body: Decodable {
        var title: String?
        var detail: String?
        var code: String?
        var errors: [FieldError]?
    }

    /// Reads an answer that is no success; any body will do, for a proxy in between speaks HTML.
    init(status: Int, retryAfter: String?, body: ByteBuffer) {
        let read = try? JSONDecoder().decode(Body.self, from: Data(buffer: body))
        self.init(
            status: status, code: read?.code.flatMap(EdgewrightError.Code.init(rawValue:)),
            detail: read?.detail ?? read?.title ?? "The server answered with status \(status).",
            errors: read?.errors ?? [],
            retryAfter: retryAfter.flatMap(Int64.init).map { .seconds(max(0, $0)) })
    }
}

/// The control plane could not be asked, or its answer could not be read.
package struct APIConnectionError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// No connection: name, network, port.
        case unreachable
        /// Its certificate is not trusted, or it does not speak TLS.
        case untrusted
        /// A connection, but no answer in time.
        case timedOut
        /// The answer broke off.
        case brokenOff
        /// An answer that is none of this API.
        case notUnderstood
    }

    package let kind: Kind
    /// A sentence that names the server.
    package let message: String
    package let cause: (any Error)?

    package init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    package var description: String { message + (cause.map { " (caused by \($0))" } ?? "") }
}
