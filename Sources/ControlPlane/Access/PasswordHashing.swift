import Crypto
import CryptoExtras
import Fleet
import Foundation
package import NIOPosix

/// Turns passwords into hashes with scrypt (RFC 7914), away from the threads that serve requests.
package struct PasswordHashing: Sendable {
    /// log2 of scrypt's N. 15 takes 32 MB and about 70 ms in a release build.
    private let cost: Int
    private let threads: NIOThreadPool

    /// - Parameter cost: 15 unless it is a test.
    package init(cost: Int = 15, threads: NIOThreadPool = .singleton) {
        self.cost = cost
        self.threads = threads
    }

    func hash(_ password: String) async throws -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let key = try await derive(password, salt: salt, cost: cost)
        return "scrypt$\(cost)$\(Data(salt).base64EncodedString())$\(key.base64EncodedString())"
    }

    func verify(_ password: String, against hash: String) async throws -> Bool {
        let parts = hash.split(separator: "$").map(String.init)
        guard parts.count == 4, parts[0] == "scrypt", let cost = Int(parts[1]), (4...20).contains(cost),
            let salt = Data(base64Encoded: parts[2])
        else { throw EdgewrightError(.internal, "A password hash in the store can't be read.") }
        let key = try await derive(password, salt: Array(salt), cost: cost)
        return Secret.equal(key.base64EncodedString(), parts[3])
    }

    /// Takes as long as `verify`, so that an unknown account is not told apart by the time its refusal takes.
    func verifyNothing(_ password: String) async throws {
        _ = try await derive(password, salt: Array(repeating: 0, count: 16), cost: cost)
    }

    private func derive(_ password: String, salt: [UInt8], cost: Int) async throws -> Data {
        try await threads.runIfActive {
            let key = try KDF.Scrypt.deriveKey(
                from: Data(password.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost, blockSize: 8,
                parallelism: 1)
            return key.withUnsafeBytes { Data($0) }
        }
    }
}
