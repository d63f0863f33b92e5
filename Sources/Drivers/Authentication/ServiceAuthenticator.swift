package import Fleet
import Foundation
package import HTTPTypes
package import Transport

/// What the platform proves itself with to one service.
package enum ServiceCredential: Sendable, CustomStringConvertible {
    case none
    case platformToken
    case password(username: String, password: String)

    /// Without the password.
    package var description: String {
        switch self {
        case .none: "none"
        case .platformToken: "platform token"
        case .password(let username, _): "password of \(username)"
        }
    }
}

/// Finds the field that carries a service's authentication: the platform's own token, or one that the service gave in
/// exchange for a password. Tokens are kept until shortly before they expire; of many who need the same new one, one
/// asks.
package actor ServiceAuthenticator {
    /// Neuron's tokens live an hour and can't be renewed.
    private static let assumedLifetime = Duration.seconds(3000)
    private static let reserve = Duration.seconds(120)
    private static let maximumEntries = 100_000

    private let signer: EdgeTokenSigner
    private let now: @Sendable () -> Timestamp
    private var tokens: [Identifier<EdgeService>: (token: String, expiresAt: Timestamp)] = [:]
    private var logins: [Identifier<EdgeService>: Task<String, any Error>] = [:]

    package init(signer: EdgeTokenSigner, now: @escaping @Sendable () -> Timestamp) {
        self.signer = signer
        self.now = now
    }

    /// The fields to add to a request, when they are in hand without waiting.
    package nonisolated func cachedFields(_ credential: ServiceCredential, driver: any ServiceDriver) -> HTTPFields? {
        switch credential {
        case .none: [:]
        case .platformToken: signer.cachedToken(audience: driver.category.tokenAudience).map(Self.fields)
        case .password: nil
        }
    }

    /// - Throws: what signing in to the service throws.
    package func fields(
        _ credential: ServiceCredential, of id: Identifier<EdgeService>, driver: any ServiceDriver,
        over transport: any Transport
    ) async throws -> HTTPFields {
        switch credential {
        case .none: return [:]
        case .platformToken: return Self.fields(try await signer.token(audience: driver.category.tokenAudience))
        case .password(let username, let password):
            if let known = tokens[id], known.expiresAt.since(now()) > Self.reserve { return Self.fields(known.token) }
            let login =
                logins[id]
                ?? Task { try await driver.logIn(username: username, password: password, over: transport) }
            logins[id] = login
            defer { logins[id] = nil }
            let token = try await login.value
            keep(token, of: id)
            return Self.fields(token)
        }
    }

    /// Forgets a token that the service does not take any more, or that belonged to another password.
    package func forget(_ id: Identifier<EdgeService>) { tokens[id] = nil }

    private func keep(_ token: String, of id: Identifier<EdgeService>) {
        if tokens.count >= Self.maximumEntries { tokens.removeAll() }
        let assumed = now() + Self.assumedLifetime
        tokens[id] = (token, min(assumed, Self.expiry(of: token) ?? assumed))
    }

    /// The `exp` claim, if the token is a JWT. It is not verified: it only tells when to ask anew.
    private static func expiry(of token: String) -> Timestamp? {
        struct Claims: Decodable { let exp: Int64 }
        let parts = token.split(separator: ".")
        guard parts.count == 3 else { return nil }
        var payload = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        payload += String(repeating: "=", count: (4 - payload.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: String(payload)),
            let claims = try? JSONDecoder().decode(Claims.self, from: data)
        else { return nil }
        return Timestamp(milliseconds: claims.exp.multipliedReportingOverflow(by: 1000).partialValue)
    }

    private static func fields(_ token: String) -> HTTPFields { [.authorization: "Bearer \(token)"] }
}

extension ServiceCategory {
    /// The `aud` of the platform's token.
    var tokenAudience: String {
        switch self {
        case .neuronex, .custom: "neuronex"
        case .neuron: "neuron"
        case .ekuiper: "eKuiper"
        }
    }
}
