/// How services of one category are shown who asks.
package struct DriverAuthentication: Sendable, Hashable {
    /// What becomes of a user name and a password.
    package enum PasswordUse: Sendable {
        /// They are exchanged for a token by the service's own sign-in.
        case login
        /// They go with each request (RFC 7617).
        case basic
    }

    /// The `aud` of the platform's token.
    package let audience: String
    /// What stands before a token in `Authorization`.
    package let tokenPrefix: String
    package let password: PasswordUse

    package init(
        audience: String, tokenPrefix: String = "Bearer ", password: PasswordUse
    ) {
        self.audience = audience
        self.tokenPrefix = tokenPrefix
        self.password = password
    }
}
