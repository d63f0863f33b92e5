import Crypto
import Fleet
package import Foundation

/// Seals secrets for the store with a key that is not in it (AES-256-GCM).
package struct SealingKey: Sendable {
    private let key: SymmetricKey

    /// - Parameter bytes: 32 of them.
    package init(bytes: Data) throws {
        guard bytes.count == 32 else {
            throw EdgewrightError(.internal, "The sealing key must have 32 bytes, this one has \(bytes.count).")
        }
        key = SymmetricKey(data: bytes)
    }

    /// Reads the key from its file, which is made with mode 0600 when it is not there.
    package static func load(from file: URL) throws -> SealingKey {
        if let text = try? String(contentsOf: file, encoding: .utf8) {
            guard let bytes = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw EdgewrightError(.internal, "The sealing key in \(file.path) is not base64.")
            }
            return try SealingKey(bytes: bytes)
        }
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let made = FileManager.default.createFile(
            atPath: file.path, contents: Data((bytes.base64EncodedString() + "\n").utf8),
            attributes: [.posixPermissions: 0o600])
        guard made else { throw EdgewrightError(.internal, "The sealing key can't be written to \(file.path).") }
        return try SealingKey(bytes: bytes)
    }

    /// - Parameter purpose: what it is for and of whom; the sealed text opens for the same purpose only, so that a
    ///   secret can't be moved to another row.
    func seal(_ secret: String, for purpose: String) throws -> String {
        let box = try AES.GCM.seal(Data(secret.utf8), using: key, authenticating: Data(purpose.utf8))
        guard let combined = box.combined else { throw EdgewrightError(.internal, "A secret can't be sealed.") }
        return "v1." + combined.base64EncodedString()
    }

    func open(_ sealed: String, for purpose: String) throws -> String {
        guard sealed.hasPrefix("v1."), let bytes = Data(base64Encoded: String(sealed.dropFirst(3))) else {
            throw EdgewrightError(.internal, "A sealed secret in the store can't be read.")
        }
        do {
            let box = try AES.GCM.SealedBox(combined: bytes)
            return String(
                decoding: try AES.GCM.open(box, using: key, authenticating: Data(purpose.utf8)), as: UTF8.self)
        } catch {
            throw EdgewrightError(
                .internal, "A sealed secret can't be opened: is this the sealing key it was sealed with?", cause: error)
        }
    }
}
