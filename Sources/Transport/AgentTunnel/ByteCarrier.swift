import NIOCore

/// A place to which bytes may go unseen: whatever is asked of it lies within what is offered.
protocol ByteCarrier: Transport {
    /// How it names itself in its answers, as in `http://127.0.0.1:8085`; `nil` where each request has to be looked at.
    var origin: String? { get }

    /// Opens a connection of its own, TLS included.
    /// - Parameter splice: joins it to the tunnel.
    /// - Returns: the connection once it can be spoken on, on its event loop.
    /// - Throws: `TransportError`; `CancellationError`.
    func open(on loop: any EventLoop, within timeout: Duration, _ splice: NIOLoopBound<ByteSplice>) async throws
        -> any Channel
}

/// Where an offer is, in the agent's words.
struct OfferOrigin: Sendable {
    let authority: String
    let place: OfferPlace

    /// - Parameter text: what the agent has sent: anything may stand in it.
    init?(_ text: String) {
        let scheme = text.hasPrefix("https://") ? "https" : "http"
        guard text.hasPrefix("\(scheme)://"), text.utf8.count < 300 else { return nil }
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
