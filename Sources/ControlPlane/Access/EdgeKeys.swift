import Drivers
import Fleet
import Store

/// The key pair with which the platform proves itself to edge services; made at the first start.
package struct EdgeKeys: Sendable {
    /// The public key's file must have this name in a service's folder of keys; tokens name it as their issuer.
    package static let fileName = "edgewright.pub"
    private static let keyName = "edgewright"

    package let publicKeyPEM: String
    let privatePEM: String

    /// Tells platforms apart that make containers on the same engine. It is as old as the store, and comes back with it.
    var platformName: String { String(Secret.hash(publicKeyPEM).prefix(16)) }

    static func load(_ context: ControlPlaneContext, sealingKey: SealingKey) async throws -> EdgeKeys {
        if let keys = try await read(context, sealingKey) { return keys }
        let pair = try EdgeKeyPair.generate()
        let sealed = try sealingKey.seal(pair.privatePEM, for: purpose)
        let now = context.now()
        try await context.write { session in
            try session.insertPlatformKey(
                keyName, publicPEM: pair.publicPEM, sealedPrivatePEM: sealed, at: now)
        }
        guard let keys = try await read(context, sealingKey) else {
            throw EdgewrightError(.internal, "The key pair for edge services was not kept.")
        }
        return keys
    }

    private static let purpose = "platform-key:\(keyName)"

    private static func read(_ context: ControlPlaneContext, _ sealingKey: SealingKey) async throws -> EdgeKeys? {
        guard let found = try await context.read({ try $0.platformKey(keyName) }) else { return nil }
        return EdgeKeys(
            publicKeyPEM: found.publicPEM, privatePEM: try sealingKey.open(found.sealedPrivatePEM, for: purpose))
    }
}
