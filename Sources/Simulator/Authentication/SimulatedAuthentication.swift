import Crypto
import CryptoExtras
import Foundation
import NIOConcurrencyHelpers

/// Makes tokens for users and checks tokens of users (HS256) and of the platform (RS256).
final class SimulatedAuthentication: Sendable {
    enum Verdict { case valid, missing, invalid, expired }

    private struct Header: Decodable { let alg: String }

    private struct Claims: Decodable {
        enum Audience: Decodable {
            case names([String])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                self = .names(try (try? container.decode([String].self)) ?? [container.decode(String.self)])
            }
        }

        let iss: String
        let aud: Audience
        let exp: Double
    }

    private struct Known {
        let expiry: Double
        /// Of the service that gave it out; none with the platform's own.
        let realm: String?
    }

    /// NeuronEX's tokens live a day.
    private static let lifetime = 86_400
    private static let maximumKnown = 10_000

    let configuration: SimulatedAuthenticationConfiguration
    private let keys: SimulatedKeys
    private let secret = SymmetricKey(size: .bits256)
    /// Checking RS256 takes 44 µs: a token that was good once is good until it expires.
    private let known = NIOLockedValueBox<[String: Known]>([:])

    /// - Throws: when a key is not an RSA public key in PEM, or the folder of keys can't be read.
    init(_ configuration: SimulatedAuthenticationConfiguration) throws {
        self.configuration = configuration
        keys = try SimulatedKeys(configuration)
    }

    /// A token for a user who has signed in.
    /// - Parameter realm: the service, and how often it was restarted: no other takes the token.
    func token(for user: String, realm: String, at now: Double) -> String {
        let header = Self.base64url(Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
        let claims: JSONValue = [
            "aud": "neuronex", "iss": "neuronex", "bodyEncode": 0, "user": .string(user), "iat": .integer(Int64(now)),
            "exp": .integer(Int64(now) + Int64(Self.lifetime)),
        ]
        let signed = "\(header).\(Self.base64url(Data(claims.serialized.utf8)))"
        let signature = HMAC<SHA256>.authenticationCode(for: Data("\(realm) \(signed)".utf8), using: secret)
        return "\(signed).\(Self.base64url(Data(signature)))"
    }

    func check(_ authorization: String?, realm: String, at now: Double) -> Verdict {
        guard configuration.isOn else { return .valid }
        guard let authorization, authorization.utf8.count > 7 else { return .missing }
        // As Neuron does: seven characters are skipped, whatever they are.
        let token = String(authorization.dropFirst(7))
        if let known = known.withLockedValue({ $0[token] }), known.realm == nil || known.realm == realm {
            return known.expiry > now ? .valid : .expired
        }
        guard let genuine = verify(token, realm: realm, at: now) else { return .invalid }
        guard genuine.expiry > now else { return .expired }
        known.withLockedValue { known in
            if known.count >= Self.maximumKnown { known.removeAll() }
            known[token] = genuine
        }
        return .valid
    }

    private func verify(_ token: String, realm: String, at now: Double) -> Known? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.decode(Header.self, parts[0]), let signature = Self.data(parts[2]),
            let claims = Self.decode(Claims.self, parts[1]), case .names(let audiences) = claims.aud,
            audiences.contains("neuronex")
        else { return nil }
        let signed = "\(parts[0]).\(parts[1])"
        switch header.alg {
        case "HS256" where configuration.takesPasswords:
            guard
                HMAC<SHA256>.isValidAuthenticationCode(
                    signature, authenticating: Data("\(realm) \(signed)".utf8), using: secret)
            else { return nil }
            return Known(expiry: claims.exp, realm: realm)
        case "RS256":
            let isGenuine = keys.key(of: claims.iss, at: now)?.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: Data(signed.utf8)), padding: .insecurePKCS1v1_5)
            return isGenuine == true ? Known(expiry: claims.exp, realm: nil) : nil
        default:
            return nil
        }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: Substring) -> Value? {
        data(text).flatMap { try? JSONDecoder().decode(type, from: $0) }
    }

    private static func data(_ text: Substring) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }

    private static func base64url(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
