package import Fleet
import Foundation
import JWTKit
import NIOConcurrencyHelpers

/// Signs the tokens (RS256) that services with authentication on take from the platform.
///
/// Signing costs about 0.6 ms, so one token an audience serves the whole fleet until it is about to expire.
package final class EdgeTokenSigner: Sendable {
    private struct Claims: JWTPayload {
        var iss: IssuerClaim
        var aud: AudienceClaim
        var iat: IssuedAtClaim
        var exp: ExpirationClaim

        func verify(using _: some JWTAlgorithm) throws { try exp.verifyNotExpired() }
    }

    private static let lifetime = Duration.seconds(3600)
    /// A new token is made while the old one still has this long, so that no request carries a dying one.
    private static let reserve = Duration.seconds(600)

    private let keys = JWTKeyCollection()
    private let issuer: String
    private let now: @Sendable () -> Timestamp
    private let cached = NIOLockedValueBox<[String: (token: String, expiresAt: Timestamp)]>([:])

    /// - Parameter issuer: name of the public key's file, without its ending, in the services' folder.
    package init(
        privatePEM: String, issuer: String, now: @escaping @Sendable () -> Timestamp
    ) async throws {
        self.issuer = issuer
        self.now = now
        await keys.add(rsa: try Insecure.RSA.PrivateKey(pem: privatePEM), digestAlgorithm: .sha256)
    }

    /// A token for this audience that is in hand already.
    package func cachedToken(audience: String) -> String? {
        let time = now()
        return cached.withLockedValue { cached in
            guard let found = cached[audience], found.expiresAt.since(time) > Self.reserve else { return nil }
            return found.token
        }
    }

    package func token(audience: String) async throws -> String {
        if let token = cachedToken(audience: audience) { return token }
        let time = now()
        let expiresAt = time + Self.lifetime
        let claims = Claims(
            iss: IssuerClaim(value: issuer), aud: AudienceClaim(value: [audience]),
            // A minute back, for services whose clock is behind.
            iat: IssuedAtClaim(value: (time - .seconds(60)).date), exp: ExpirationClaim(value: expiresAt.date))
        let token = try await keys.sign(claims)
        cached.withLockedValue { $0[audience] = (token, expiresAt) }
        return token
    }
}
