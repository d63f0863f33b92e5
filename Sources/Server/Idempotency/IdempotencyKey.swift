import ControlPlane
import Crypto
import Fleet
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// The `Idempotency-Key` of a request (draft-ietf-httpapi-idempotency-key-header).
enum IdempotencyKey {
    private static let length = 1...255

    /// `nil` for what is not repeated: other methods than POST, and streamed uploads, whose body can't be compared
    /// without keeping it. The import of services takes no line twice by itself.
    /// - Throws: `.invalidInput` for a key that can't be one.
    static func of(_ request: Request) throws -> String? {
        let values = request.headers[values: .idempotencyKey]
        guard request.method == .post, !values.isEmpty, hasSmallBody(request) else { return nil }
        guard values.count == 1, let value = values.first, let key = text(value) else {
            throw EdgewrightError.invalid(
                "Idempotency-Key",
                "must be there once, with \(length.lowerBound) to \(length.upperBound) visible ASCII characters")
        }
        return key
    }

    private static func hasSmallBody(_ request: Request) -> Bool {
        guard let type = request.headers[.contentType] else { return true }
        return type.prefix { $0 != ";" }.lowercased().filter { $0 != " " } == "application/json"
    }

    /// The draft has the key in quotes (RFC 8941), and almost everybody sends it without: both name the same key.
    private static func text(_ value: String) -> String? {
        var text = Substring(value)
        if text.utf8.first == UInt8(ascii: "\""), text.utf8.count >= 2, text.utf8.last == UInt8(ascii: "\"") {
            text = text.dropFirst().dropLast()
        }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
        return isPlain && length.contains(text.utf8.count) ? String(text) : nil
    }

    /// SHA-256 over what makes the request this one; each part with its length in front.
    static func fingerprint(_ head: HTTPRequest, _ body: ByteBuffer) -> String {
        var hash = SHA256()
        for part in [Data(head.method.rawValue.utf8), Data((head.path ?? "").utf8), Data(body.readableBytesView)] {
            hash.update(data: Data("\(part.count):".utf8))
            hash.update(data: part)
        }
        return Secret.hex(hash.finalize())
    }
}

extension HTTPField.Name {
    static let idempotencyKey = known("Idempotency-Key")
    static let idempotencyReplayed = known("Idempotency-Replayed")
}
