import Crypto
package import Foundation

/// What an agent signs to prove who it is: one compact JWS (RFC 7515) with EdDSA (RFC 8037), good for one use.
package struct AgentProof: Codable, Sendable, Equatable {
    /// Which platform it is meant for: a proof given to one must be of no use at another.
    package var audience: String
    /// From that platform, good for one use.
    package var nonce: String
    /// What it may be used for; a proof for one thing must not do for another.
    package var purpose: Purpose
    /// Seconds since 1970, by the platform's clock.
    package var issuedAt: Int64
    package var expiresAt: Int64
    /// Made anew at each start of the agent's program: two at a time with one key are a copy.
    package var instance: String
    /// With `.rotate`: the fingerprint of the key to come.
    package var next: String?

    package enum Purpose: String, Codable, Sendable {
        case enroll
        case connect
        case rotate
    }

    private enum CodingKeys: String, CodingKey {
        case audience = "aud"
        case nonce
        case purpose
        case issuedAt = "iat"
        case expiresAt = "exp"
        case instance
        case next
    }

    package init(
        audience: String, nonce: String, purpose: Purpose, issuedAt: Int64, expiresAt: Int64, instance: String,
        next: String? = nil
    ) {
        self.audience = audience
        self.nonce = nonce
        self.purpose = purpose
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.instance = instance
        self.next = next
    }
}

/// A proof as it goes over the wire.
package struct SignedProof: Sendable {
    /// Longer ones are not looked at.
    package static let maximumLength = 4096

    /// Why a text is no proof.
    package enum Flaw: Error, Equatable {
        /// It is not a compact JWS with EdDSA and a fingerprint as its key's id.
        case malformed
        /// Not signed by this key, or changed since.
        case signature
    }

    private struct Header: Codable {
        var alg: String
        var kid: String
    }

    package let text: String
    /// Whose proof it claims to be; known before the signature is checked.
    package let fingerprint: AgentFingerprint
    private let signed: Data
    private let payload: Data
    private let signature: Data

    /// - Throws: `Flaw.malformed`.
    package init(_ text: String) throws {
        guard text.utf8.count <= Self.maximumLength else { throw Flaw.malformed }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Data(base64URL: parts[0]), let payload = Data(base64URL: parts[1]),
            let signature = Data(base64URL: parts[2]), signature.count == 64,
            let header = try? JSONDecoder().decode(Header.self, from: head), header.alg == "EdDSA",
            let fingerprint = AgentFingerprint(header.kid)
        else { throw Flaw.malformed }
        self.text = text
        self.fingerprint = fingerprint
        self.payload = payload
        self.signature = signature
        signed = Data("\(parts[0]).\(parts[1])".utf8)
    }

    /// Signs a proof.
    package init(_ proof: AgentProof, by key: AgentKeyPair) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        payload = try encoder.encode(proof)
        let head = try encoder.encode(Header(alg: "EdDSA", kid: key.fingerprint.description))
        let text = "\(head.base64URL).\(payload.base64URL)"
        signed = Data(text.utf8)
        signature = try key.signature(of: signed)
        fingerprint = key.fingerprint
        self.text = "\(text).\(signature.base64URL)"
    }

    /// What it says, once it is clear that the owner of the key has said it. Time, audience and nonce are the caller's to
    /// check.
    /// - Parameter publicKey: 32 bytes.
    /// - Throws: `Flaw`.
    package func verified(with publicKey: Data) throws -> AgentProof {
        guard AgentFingerprint(of: publicKey) == fingerprint,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey),
            key.isValidSignature(signature, for: signed)
        else { throw Flaw.signature }
        guard let proof = try? JSONDecoder().decode(AgentProof.self, from: payload) else { throw Flaw.malformed }
        return proof
    }
}

extension Data {
    /// RFC 4648, section 5, without padding.
    fileprivate var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    fileprivate init?(base64URL text: Substring) {
        guard
            !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "=") }
            )
        else { return nil }
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        guard let data = Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
        else {
            return nil
        }
        self = data
    }
}
