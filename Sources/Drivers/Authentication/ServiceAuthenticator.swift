package import Fleet
import Foundation
package import HTTPTypes
import NIOConcurrencyHelpers
package import Transport

/// Finds the field that carries a service's authentication: the platform's own token, or one that the service gave in
/// exchange for a password. Tokens are kept until shortly before they expire; of many who need the same new one, one
/// asks.
package final class ServiceAuthenticator: Sendable {
    private struct Login: Hashable {
        let id: Identifier<EdgeService>
        let credential: ServiceCredential
    }

    private let signer: EdgeTokenSigner
    private let now: @Sendable () -> Timestamp
    private let tokens = NIOLockedValueBox(ServiceTokenCache())
    private let logins = SingleFlight<Login, HTTPFields>()

    package init(signer: EdgeTokenSigner, now: @escaping @Sendable () -> Timestamp) {
        self.signer = signer
        self.now = now
    }

    /// The fields to add to a request, when they are in hand without waiting.
    package func cachedFields(
        _ credential: ServiceCredential, of id: Identifier<EdgeService>, driver: any ServiceDriver
    ) -> HTTPFields? {
        switch credential {
        case .none: return [:]
        case .platformToken: return signer.cachedFields(for: driver.authentication)
        case .password(let username, let password):
            switch driver.authentication.password {
            case .basic: return Self.basic(username, password)
            case .login:
                let time = now()
                return tokens.withLockedValue { $0.fields(id, credential, at: time) }
            }
        }
    }

    /// The fields to add to a request. May sign in to the service first; that takes 5 s at most.
    /// - Throws: `ServiceAnswerError` or `TransportError` when the service can't be signed in to. A refusal is repeated
    ///   for a few seconds without asking again, so that a wrong password locks nobody out.
    package func fields(
        _ credential: ServiceCredential, of id: Identifier<EdgeService>, driver: any ServiceDriver,
        over transport: any Transport
    ) async throws -> HTTPFields {
        if let known = cachedFields(credential, of: id, driver: driver) { return known }
        guard case .password(let username, let password) = credential else {
            return try await signer.fields(for: driver.authentication)
        }
        return try await logins.run(Login(id: id, credential: credential)) { [self] in
            // Another sign-in may have ended between the look above and this one.
            if let known = cachedFields(credential, of: id, driver: driver) { return known }
            let time = now()
            if let refusal = tokens.withLockedValue({ $0.refusal(id, credential, at: time) }) { throw refusal }
            do {
                let token = try await driver.logIn(username: username, password: password, over: transport)
                return keep(token, of: id, credential, driver.authentication)
            } catch let error as ServiceAnswerError {
                keep(error, of: id, credential)
                throw error
            }
        }
    }

    /// To be told when the service does not take the token any more, so that the next request signs in anew.
    package func forget(_ id: Identifier<EdgeService>) {
        let time = now()
        tokens.withLockedValue { $0.forgetToken(id, at: time) }
    }

    private func keep(
        _ token: String, of id: Identifier<EdgeService>, _ credential: ServiceCredential,
        _ services: DriverAuthentication
    ) -> HTTPFields {
        let fields: HTTPFields = [.authorization: services.tokenPrefix + token]
        let time = now()
        let lifetime = TokenLifetime.usable(of: token, at: time)
        tokens.withLockedValue { $0.keep(fields, for: lifetime, id, credential, at: time) }
        return fields
    }

    private func keep(_ error: ServiceAnswerError, of id: Identifier<EdgeService>, _ credential: ServiceCredential) {
        guard case .refusedCredentials = error else { return }
        let time = now()
        tokens.withLockedValue { $0.keepRefusal(error, id, credential, at: time) }
    }

    private static func basic(_ username: String, _ password: String) -> HTTPFields {
        [.authorization: "Basic \(Data("\(username):\(password)".utf8).base64EncodedString())"]
    }
}
