import Fleet
import Foundation

/// How long a token that a service gave out can be used.
enum TokenLifetime {
    /// Neuron's tokens live an hour, and not every token can be looked into.
    private static let assumed = Duration.seconds(3000)
    /// However long a service says: it may be restarted and make its keys anew.
    private static let longest = Duration.seconds(12 * 3600)
    /// However short: otherwise each request would sign in.
    private static let shortest = Duration.seconds(60)
    private static let reserve = Duration.seconds(120)

    /// The time for which requests may be begun with it.
    static func usable(of token: String, at now: Timestamp) -> Duration {
        let whole = min(claimed(by: token, at: now) ?? assumed, longest)
        return max(shortest, whole - min(reserve, whole / 10))
    }

    /// From the `exp` claim, if the token is a JWT. It is not verified: it only tells when to ask anew. Measured from
    /// `iat`, because the clocks of edge services are often wrong.
    private static func claimed(by token: String, at now: Timestamp) -> Duration? {
        struct Claims: Decodable { let exp: LooseInteger, iat: LooseInteger? }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = base64URLDecoded(parts[1]),
            let claims = try? JSONDecoder().decode(Claims.self, from: payload), let expiry = claims.exp.value
        else { return nil }
        let issued = claims.iat?.value ?? now.milliseconds / 1000
        let (seconds, overflow) = expiry.subtractingReportingOverflow(issued)
        return overflow ? nil : .seconds(min(max(seconds, 0), longest.components.seconds))
    }

    private static func base64URLDecoded(_ text: Substring) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}
