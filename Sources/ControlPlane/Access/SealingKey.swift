import Crypto
import Fleet
package import Foundation
import Glibc

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

    /// Reads the key from its file, which is made with mode 0600 when it is not there. A file that is there and can't be
    /// read is never replaced: with its key everything sealed would be lost.
    package static func load(from file: URL) throws -> SealingKey {
        if let made = try make(at: file) { return made }
        let text: String
        do {
            text = try String(contentsOf: file, encoding: .utf8)
        } catch {
            throw EdgewrightError(.internal, "The sealing key in \(file.path) can't be read.", cause: error)
        }
        guard let bytes = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw EdgewrightError(.internal, "The sealing key in \(file.path) is not base64.")
        }
        return try SealingKey(bytes: bytes)
    }

    /// - Returns: `nil` when there is a file already, whoever made it, and be it at this moment.
    private static func make(at file: URL) throws -> SealingKey? {
        let descriptor = Glibc.open(file.path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return nil }
            let reason = String(cString: strerror(errno)).lowercased()
            throw EdgewrightError(.internal, "The sealing key can't be written to \(file.path): \(reason).")
        }
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data((bytes.base64EncodedString() + "\n").utf8))
            // Before anything is sealed with it.
            try handle.synchronize()
            try handle.close()
        } catch {
            // Half a key must not be taken for one at the next start.
            unlink(file.path)
            throw EdgewrightError(.internal, "The sealing key can't be written to \(file.path).", cause: error)
        }
        return try SealingKey(bytes: bytes)
    }

    /// A key for codes of authentication, of which this one can't be found out (HKDF, RFC 5869).
    func derived(for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data(purpose.utf8), outputByteCount: 32)
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
