/// The one error a use case throws: what kind, a message for a person, and what caused it.
///
/// The codes know nothing of HTTP; `Server` chooses the status in one place.
package struct EdgewrightError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// The request breaks a rule; `fields` says which.
        case invalidInput
        /// Nobody is signed in, or the credential is not valid any more.
        case unauthenticated
        /// Signed in, but not allowed; used only where the caller may know that the thing exists.
        case permissionDenied
        /// It does not exist, or the caller may not know that it does.
        case notFound
        /// The state of things forbids it: name taken, still in use, last of its kind.
        case conflict
        /// This category or mode of service can't do that.
        case unsupported
        /// More bytes or items than the bound.
        case tooLarge
        /// Asked too often; `retryAfter` says how long to stay away.
        case rateLimited
        /// The edge service could not be reached, or broke off.
        case unreachable
        /// The edge service did not answer in time.
        case timedOut
        /// The edge service answered with something that is not an answer.
        case badAnswer
        /// The control plane can't serve just now (starting, stopping, store away).
        case unavailable
        /// A defect or a failing part; details are in the log only.
        case `internal`
    }

    package let code: Code
    /// A sentence that names the thing and the value, and where it can, what to do.
    package let message: String
    package let fields: [FieldError]
    /// Set with `.rateLimited` and `.unavailable`.
    package let retryAfter: Duration?
    package let cause: (any Error)?

    package init(
        _ code: Code, _ message: String, fields: [FieldError] = [], retryAfter: Duration? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.fields = fields
        self.retryAfter = retryAfter
        self.cause = cause
    }

    package var description: String {
        let named = fields.map { " [\($0.field): \($0.message)]" }.joined()
        return "\(code.rawValue): \(message)\(named)" + (cause.map { " (caused by \($0))" } ?? "")
    }

    package static func invalid(_ field: String, _ message: String) -> EdgewrightError {
        EdgewrightError(.invalidInput, "\(field) \(message)", fields: [FieldError(field: field, message: message)])
    }

    package static func notFound(_ noun: String, _ id: String) -> EdgewrightError {
        EdgewrightError(.notFound, "There is no \(noun) \(id.prefix(64)).")
    }
}

/// One field of a request that breaks a rule.
package struct FieldError: Codable, Equatable, Sendable {
    /// As the request names it; nested ones with dots: `auth.username`.
    package var field: String
    /// Reads on from the field's name: "is longer than 200 characters".
    package var message: String

    package init(field: String, message: String) {
        self.field = field
        self.message = message
    }
}

/// Collects what is wrong with a request, so that the answer names every field at once.
package struct Validation {
    package private(set) var errors: [FieldError] = []

    package init() {}

    package mutating func fail(_ field: String, _ message: String) {
        errors.append(FieldError(field: field, message: message))
    }

    /// Runs one check; an `EdgewrightError` with fields is collected, its value dropped.
    package mutating func check<Value>(_ body: () throws -> Value) rethrows -> Value? {
        do {
            return try body()
        } catch let error as EdgewrightError where error.code == .invalidInput {
            errors += error.fields
            return nil
        }
    }

    /// - Throws: `.invalidInput` with every field collected so far, if any.
    package func finish() throws {
        guard let first = errors.first else { return }
        let message = errors.count == 1 ? "\(first.field) \(first.message)" : "\(errors.count) fields are not valid"
        throw EdgewrightError(.invalidInput, message, fields: errors)
    }
}
