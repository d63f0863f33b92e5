/// Where an offer is, in the agent's words.
struct OfferOrigin: Sendable {
    /// In bytes: a host name (RFC 1035, section 2.3.4), its port, and the scheme.
    private static let longest = 280

    let authority: String
    let place: OfferPlace

    /// - Parameter text: what the agent has sent: anything may stand in it.
    init?(_ text: String) {
        let scheme = text.hasPrefix("https://") ? "https" : "http"
        guard text.hasPrefix("\(scheme)://"), text.utf8.count <= Self.longest else { return nil }
        let authority = text.dropFirst(scheme.utf8.count + 3)
        guard !authority.isEmpty, authority.utf8.allSatisfy(Self.mayStandInHost) else { return nil }
        self.authority = String(authority)
        var host = authority
        var port = scheme == "https" ? 443 : 80
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let given = Int(authority[authority.index(after: colon)...]), (0...65535).contains(given) else {
                return nil
            }
            (host, port) = (authority[..<colon], given)
        }
        place = OfferPlace(scheme: scheme, host: host.lowercased(), port: port)
    }

    private static func mayStandInHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"):
            true
        default: false
        }
    }
}
