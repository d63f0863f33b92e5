import CryptoExtras
import Foundation

import struct Crypto.SHA256

/// What a platform's token says.
struct TokenClaims: Encodable {
    var iss: String
    var aud: [String]?
    var exp = Date().timeIntervalSince1970.rounded() + 600

    private enum CodingKeys: String, CodingKey { case iss, aud, exp }

    /// One audience goes as a text, several or none as a list: both are usual.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(iss, forKey: .iss)
        try container.encode(exp, forKey: .exp)
        if let aud { try container.encode(aud, forKey: .aud) } else { try container.encode("neuronex", forKey: .aud) }
    }
}

/// A platform's key pair, and tokens signed with it by hand.
struct TokenKey: Sendable {
    private let key: _RSA.Signing.PrivateKey

    init() throws { key = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    var publicPEM: String { key.publicKey.pemRepresentation }

    func token(_ claims: TokenClaims, algorithm: String = "RS256") throws -> String {
        let header = Self.base64url(Data("{\"alg\":\"\(algorithm)\",\"typ\":\"JWT\"}".utf8))
        let signed = "\(header).\(Self.base64url(try JSONEncoder().encode(claims)))"
        let signature = try key.signature(for: SHA256.hash(data: Data(signed.utf8)), padding: .insecurePKCS1v1_5)
        return "\(signed).\(Self.base64url(signature.rawRepresentation))"
    }

    private static func base64url(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
