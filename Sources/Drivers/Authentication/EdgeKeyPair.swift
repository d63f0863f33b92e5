import CryptoExtras
import Foundation

/// The RSA key pair with which the platform signs tokens for edge services (PKCS #1 / SubjectPublicKeyInfo, PEM).
package struct EdgeKeyPair: Sendable {
    package let privatePEM: String
    package let publicPEM: String

    package init(privatePEM: String, publicPEM: String) {
        self.privatePEM = privatePEM
        self.publicPEM = publicPEM
    }

    /// A new pair of 2048 bits; takes a fraction of a second.
    package static func generate() throws -> EdgeKeyPair {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        return EdgeKeyPair(privatePEM: key.pemRepresentation, publicPEM: key.publicKey.pemRepresentation)
    }
}
