import Foundation
import NIOCore
import NIOFoundationCompat
import Transport

/// The platform's answer, when it is not the one that was hoped for.
package struct PlatformRefusal: Error, Equatable {
    package let status: Int
    /// How long it wants to be left alone, in seconds; `nil` when it does not say.
    package let retryAfter: Double?
    /// In its own words; empty when it has none.
    package let detail: String

    package init(status: Int, retryAfter: Double? = nil, detail: String = "") {
        self.status = status
        self.retryAfter = retryAfter
        self.detail = detail
    }

    init(status: Int, retryAfter: Double?, body: ByteBuffer) {
        self.init(status: status, retryAfter: retryAfter, detail: Self.detail(body))
    }

    init(_ refusal: DialRefusal) {
        self.init(
            status: refusal.status, retryAfter: refusal.retryAfter.map { Double($0.components.seconds) },
            body: refusal.body)
    }

    /// Of a dialled tunnel: what is no agreement to it, and nothing that a platform says.
    var isNoUpgrade: Bool { status == 400 || status == 426 || (200..<300).contains(status) }

    private struct Problem: Decodable {
        let title: String?
        let detail: String?
    }

    /// Of a problem (RFC 9457). Whatever else came, a proxy's web page for instance, says nothing to a person.
    private static func detail(_ body: ByteBuffer) -> String {
        guard let problem = try? JSONDecoder().decode(Problem.self, from: Data(buffer: body)) else { return "" }
        return String((problem.detail ?? problem.title ?? "").prefix(500)).oneLine
    }
}

extension String {
    /// Fit for a line of a log or a terminal, whoever has written it.
    package var oneLine: String {
        guard unicodeScalars.contains(where: \.steersTerminal) else { return self }
        var shown = String.UnicodeScalarView()
        for scalar in unicodeScalars { shown.append(scalar.steersTerminal ? " " : scalar) }
        return String(shown)
    }
}

extension Unicode.Scalar {
    fileprivate var steersTerminal: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Marks that turn the direction of the text round them.
        case .format: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        default: false
        }
    }
}
