package import Fleet
import NIOHTTP1

extension APIClient {
    /// Signs in with a password.
    /// - Returns: who signed in, and the credential to go on with: `client.signed(in:)`.
    package func createSession(_ body: SignInRequest) async throws -> (signedIn: SignedIn, credential: APICredential) {
        let request = try APIRequest(.POST, "session").sending(body)
        let (headers, bytes) = try await exchange(request)
        let signedIn: SignedIn = try decode(bytes)
        guard let cookie = headers["Set-Cookie"].compactMap(Self.sessionCookie).first else {
            throw APIConnectionError(.notUnderstood, "\(address) signed in but gave no session.")
        }
        return (signedIn, .session(cookie: cookie, csrfToken: signedIn.csrfToken))
    }

    /// `name=value` of the session's cookie.
    private static func sessionCookie(_ field: String) -> String? {
        let pair = field.prefix { $0 != ";" }
        let name = pair.prefix { $0 != "=" }
        return name.hasSuffix("edgewright_session") ? String(pair) : nil
    }

    package func deleteSession() async throws { try await perform(APIRequest(.DELETE, "session")) }

    package func getMe() async throws -> Me { try await read(APIRequest(.GET, "me")) }

    package func changePassword(_ body: ChangePasswordRequest) async throws {
        try await perform(APIRequest(.PUT, "me", "password").sending(body))
    }

    package func listTokens(_ page: PageRequest = .largest) async throws -> Page<APIToken> {
        try await read(APIRequest(.GET, "tokens", query: page.query))
    }

    package func createToken(_ body: CreateTokenRequest) async throws -> CreatedToken {
        try await read(APIRequest(.POST, "tokens").sending(body))
    }

    package func revokeToken(_ id: Identifier<APIToken>) async throws {
        try await perform(APIRequest(.DELETE, "tokens", id.rawValue))
    }
}
