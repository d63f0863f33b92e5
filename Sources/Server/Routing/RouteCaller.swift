import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Transport

/// Finds out who sent a request: by bearer token, or by a browser's cookie with its CSRF token.
struct RouteCaller: Sendable {
    let control: AccessControl
    let fields: HTTPFields
    let method: HTTPRequest.Method
    let origin: RequestOrigin
    /// For routes whose requests may come with an `Idempotency-Key`.
    var idempotency: IdempotentRequests?

    static let csrfField = HTTPField.Name("X-CSRF-Token")

    /// - Throws: `.unauthenticated`; `.permissionDenied` when a cookie would change something without the CSRF token.
    func authenticated() async throws -> Caller {
        if let authorization = fields.value(.authorization) {
            guard let secret = Self.bearerToken(authorization) else {
                throw EdgewrightError(.unauthenticated, "Only bearer tokens are taken: Authorization: Bearer ewt_…")
            }
            return try await control.authenticate(.token(secret: secret), address: origin.address)
        }
        guard let secret = SessionCookie.read(fields, isSecure: origin.isSecure) else {
            throw EdgewrightError(.unauthenticated, "Sign in first, or send an API token.")
        }
        let caller = try await control.authenticate(.session(secret: secret), address: origin.address)
        if method != .get, method != .head { try checkCSRF(caller) }
        return caller
    }

    /// The scheme's name in any letters, and the token (RFC 6750, section 2.1).
    private static func bearerToken(_ authorization: String) -> String? {
        let scheme = "bearer "
        let letters = authorization.utf8.prefix(scheme.utf8.count)
        let isBearer =
            letters.count == scheme.utf8.count
            && zip(letters, scheme.utf8).allSatisfy { $0 == $1 || ($1 > 0x60 && $0 == $1 - 0x20) }
        guard isBearer else { return nil }
        return String(authorization[letters.endIndex...].drop { $0 == " " })
    }

    private func checkCSRF(_ caller: Caller) throws {
        let given = Self.csrfField.flatMap { fields[$0] }
        guard let given, given == caller.session?.csrfToken else {
            throw EdgewrightError(
                .permissionDenied, "A change with the session's cookie needs its token in X-CSRF-Token.")
        }
    }
}

/// The cookie that carries a browser's session.
enum SessionCookie {
    /// Under TLS the prefix keeps it to this host and to secure connections.
    static func name(isSecure: Bool) -> String {
        isSecure ? "__Host-edgewright_session" : "edgewright_session"
    }

    static func read(_ fields: HTTPFields, isSecure: Bool) -> String? {
        Cookies.value(of: name(isSecure: isSecure), in: fields)
    }

    static func set(_ secret: String, lifetime: Duration, isSecure: Bool) -> String {
        let attributes = "Path=/; HttpOnly; SameSite=Lax; Max-Age=\(lifetime.components.seconds)"
        return "\(name(isSecure: isSecure))=\(secret); \(attributes)" + (isSecure ? "; Secure" : "")
    }

    static func clear(isSecure: Bool) -> String { set("", lifetime: .zero, isSecure: isSecure) }
}
