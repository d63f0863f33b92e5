import Crypto
package import Foundation

/// What people compare, and what an agent is found by: a hash of its public key.
package struct AgentFingerprint: Hashable, Sendable, CustomStringConvertible {
    /// `SHA256:` and 43 characters of base64, as OpenSSH prints the fingerprints of its keys.
    package let description: String

    /// - Parameter publicKey: 32 bytes (RFC 8032, section 5.1.5).
    package init(of publicKey: Data) {
        let digest = Data(SHA256.hash(data: publicKey)).base64EncodedString()
        description = "SHA256:" + digest.filter { $0 != "=" }
    }

    /// `nil` for what can't be one.
    package init?(_ text: String) {
        guard text.hasPrefix("SHA256:"), text.utf8.count == 50,
            let bytes = Data(base64Encoded: text.dropFirst(7) + "="), bytes.count == 32
        else { return nil }
        description = text
    }
}
