import Crypto
import CryptoExtras
import Foundation
import NIOConcurrencyHelpers

/// Who may use a fleet's services.
package struct SimulatedAuthenticationConfiguration: Sendable {
    /// Users sign in with name and password.
    package var takesPasswords: Bool
    /// Public keys in PEM by the name of their file, which is the `iss` of the tokens they check.
    package var publicKeys: [String: String]

    package init(takesPasswords: Bool = false, publicKeys: [String: String] = [:]) {
        self.takesPasswords = takesPasswords
        self.publicKeys = publicKeys
    }

    package static let none = SimulatedAuthenticationConfiguration()

    var isOn: Bool { takesPasswords || !publicKeys.isEmpty }
}

/// Makes tokens for users and checks tokens of users (HS256) and of the platform (RS256).
final class SimulatedAuthentication: Sendable {
    enum Verdict { case valid, missing, invalid, expired }

    private struct Header: Decodable { let alg: String }
    private struct Claims: Codable { var iss: String, aud: String?, exp: Double }
    private struct ListedClaims: Decodable { let iss: String, aud: [String], exp: Double }

    private static let lifetime = 3600.0
    private static let maximumRemembered = 10_000

    let configuration: SimulatedAuthenticationConfiguration
    private let keys: [String: _RSA.Signing.PublicKey]
    private let secret = SymmetricKey(size: .bits256)
    /// Checking RS256 takes 44 µs: a token that was good once is good until it expires.
    private let remembered = NIOLockedValueBox<[String: Double]>([:])

    /// - Throws: when a key is not an RSA public key in PEM.
    init(_ configuration: SimulatedAuthenticationConfiguration) throws {
        self.configuration = configuration
        keys = try configuration.publicKeys.mapValues { try _RSA.Signing.PublicKey(pemRepresentation: $0) }
    }

    func token(for user: String, at now: Double) -> String {
        let header = Self.base64url(Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
        let payload = Self.base64url(
            Data(#"{"aud":"neuronex","exp":\#(Int(now + Self.lifetime)),"iss":"neuronex"}"#.utf8))
        let signed = "\(header).\(payload)"
        return
            "\(signed).\(Self.base64url(Data(HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: secret))))"
    }

    func check(_ authorization: String?, at now: Double) -> Verdict {
        guard configuration.isOn else { return .valid }
        guard let authorization, authorization.utf8.count > 7 else { return .missing }
        // As Neuron does: seven characters are skipped, whatever they are.
        let token = String(authorization.dropFirst(7))
        if let expiry = remembered.withLockedValue({ $0[token] }) { return expiry > now ? .valid : .expired }
        guard let expiry = expiryIfGenuine(token) else { return .invalid }
        guard expiry > now else { return .expired }
        remembered.withLockedValue { remembered in
            if remembered.count >= Self.maximumRemembered { remembered.removeAll() }
            remembered[token] = expiry
        }
        return .valid
    }

    private func expiryIfGenuine(_ token: String) -> Double? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.decode(Header.self, parts[0]), let signature = Self.data(parts[2])
        else { return nil }
        let signed = Data("\(parts[0]).\(parts[1])".utf8)
        let single = Self.decode(Claims.self, parts[1])
        let listed = Self.decode(ListedClaims.self, parts[1])
        guard let issuer = single?.iss ?? listed?.iss, let expiry = single?.exp ?? listed?.exp else { return nil }
        let audiences = single.map { [$0.aud ?? ""] } ?? listed?.aud ?? []
        guard audiences.contains("neuronex") else { return nil }
        switch header.alg {
        case "HS256" where configuration.takesPasswords:
            return HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: signed, using: secret)
                ? expiry : nil
        case "RS256":
            let genuine = keys[issuer]?.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: signed),
                padding: .insecurePKCS1v1_5)
            return genuine == true ? expiry : nil
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
