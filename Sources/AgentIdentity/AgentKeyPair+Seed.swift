import Crypto
package import Foundation

extension AgentKeyPair {
    /// The same pair every time, for agents that are made up: whoever knows the seed has the key.
    /// - Parameter seed: 32 bytes.
    package init(seed: Data) throws {
        self.init(key: try Curve25519.Signing.PrivateKey(rawRepresentation: seed))
    }
}
