package import Fleet
import Foundation
package import HTTPTypes
import JWTKit
import NIOConcurrencyHelpers

/// Signs the tokens (RS256) that services with authentication on take from the platform.
///
/// Signing costs about 0.6 ms, so one token a kind of service serves the whole fleet until it is about to expire.
package final class EdgeTokenSigner: Sendable {
    private struct Claims: JWTPayload {
        var iss: IssuerClaim
        var aud: AudienceClaim
        var iat: IssuedAtClaim
        var exp: ExpirationClaim

        func verify(using _: some JWTAlgorithm) throws { try exp.verifyNotExpired() }
    }

    private struct Signed {
        let fields: HTTPFields
        let expiresAt: Timestamp
    }

    /// Short: every service that takes the platform's tokens sees one, and it is good at the others too.
    private static let lifetime = Duration.seconds(600)
    /// A new token is made while the old one still has this long, so that no request carries a dying one.
    private static let reserve = Duration.seconds(120)
    /// For services whose clock is behind.
    private static let backdating = Duration.seconds(60)

    private let keys = JWTKeyCollection()
    private let issuer: String
    private let now: @Sendable () -> Timestamp
    private let cached = NIOLockedValueBox<[DriverAuthentication: Signed]>([:])
    private let signings = SingleFlight<DriverAuthentication, HTTPFields>()

    /// - Parameter issuer: whole name of the public key's file in the services' folder: NeuronEX and eKuiper want it so, Neuron
    ///     takes what a file's name begins with.
    /// - Throws: when the key is not an RSA private key in PEM.
    package init(
        privatePEM: String, issuer: String, now: @escaping @Sendable () -> Timestamp
    ) async throws {
        self.issuer = issuer
        self.now = now
        await keys.add(rsa: try Insecure.RSA.PrivateKey(pem: privatePEM), digestAlgorithm: .sha256)
    }

    /// The field with a token that is in hand already.
    package func cachedFields(for services: DriverAuthentication) -> HTTPFields? {
        let time = now()
        return cached.withLockedValue { cached in
            guard let found = cached[services], found.expiresAt.since(time) > Self.reserve else { return nil }
            return found.fields
        }
    }

    /// The field with a token that these services take.
    package func fields(for services: DriverAuthentication) async throws -> HTTPFields {
        if let fields = cachedFields(for: services) { return fields }
        return try await signings.run(services) { [self] in
            // Another signing may have ended between the look above and this one.
            if let fields = cachedFields(for: services) { return fields }
            return try await sign(for: services)
        }
    }

    private func sign(for services: DriverAuthentication) async throws -> HTTPFields {
        // Whole seconds: some verifiers take nothing else for a NumericDate (RFC 7519, section 2).
        let time = Timestamp(milliseconds: now().milliseconds / 1000 * 1000)
        let expiresAt = time + Self.lifetime
        let claims = Claims(
            iss: IssuerClaim(value: issuer), aud: AudienceClaim(value: [services.audience]),
            iat: IssuedAtClaim(value: (time - Self.backdating).date), exp: ExpirationClaim(value: expiresAt.date))
        let fields: HTTPFields = [.authorization: services.tokenPrefix + (try await keys.sign(claims))]
        cached.withLockedValue { $0[services] = Signed(fields: fields, expiresAt: expiresAt) }
        return fields
    }
}
