import HTTPTypes
package import Transport

/// Who sent a request, and how they reached us, as far as it can be believed.
struct RequestOrigin: Sendable, Equatable {
    /// The client's address, without its port; empty when it is not known.
    let address: String
    /// Whether the client speaks TLS, to us or to a trusted proxy in front of us.
    let isSecure: Bool
    /// The host, with its port if it is not the scheme's own, that the client asked.
    let authority: String
    /// For the `X-Forwarded-For` of what is passed on: every hop that can be believed, the last one ours.
    let forwardedFor: String
}

/// The proxies in front of the platform whose `X-Forwarded-*` are believed. From anyone else they are hearsay: with them
/// a client could choose the address that the audit log shows and by which guesses at passwords are counted.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package static let none = TrustedProxies([])

    package init(_ ranges: [AddressRange]) { self.ranges = ranges }

    /// - Parameters:
    ///   - peer: the address of the connection's other end.
    ///   - isSecure: whether the connection itself is TLS.
    func origin(of head: HTTPRequest, peer: String, isSecure: Bool) -> RequestOrigin {
        let authority = head.authority ?? ""
        guard trusts(peer) else {
            return RequestOrigin(address: peer, isSecure: isSecure, authority: authority, forwardedFor: peer)
        }
        let hops = believed(Self.list(.xForwardedFor, in: head), peer: peer)
        let scheme = Self.list(.xForwardedProto, in: head).last?.lowercased()
        let host = Self.list(.xForwardedHost, in: head).last.flatMap(Self.host)
        return RequestOrigin(
            address: hops.first ?? peer, isSecure: scheme.map { $0 == "https" } ?? isSecure,
            authority: host ?? authority, forwardedFor: (hops + [peer]).joined(separator: ", "))
    }

    private func trusts(_ address: String) -> Bool { ranges.contains { $0.contains(address) } }

    /// Each proxy appends who spoke to it. So read from the end, the first one that is no proxy of ours is the client;
    /// what stands before it, the client may have made up.
    private func believed(_ hops: [String], peer: String) -> [String] {
        var believed: [String] = []
        for hop in hops.reversed() {
            guard let address = Self.address(hop) else { break }
            believed.insert(address, at: 0)
            // So many proxies nobody has.
            guard trusts(address), believed.count < 16 else { break }
        }
        return believed
    }

    private static func list(_ name: HTTPField.Name, in head: HTTPRequest) -> [String] {
        head.headerFields[values: name].flatMap { $0.split(separator: ",") }
            .map { $0.filter { $0 != " " && $0 != "\t" } }.filter { !$0.isEmpty }
    }

    /// Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    private static func address(_ hop: String) -> String? {
        var text = Substring(hop)
        if text.first == "[" {
            text = text.dropFirst().prefix { $0 != "]" }
        } else if text.contains("."), text.count(where: { $0 == ":" }) == 1 {
            text = text.prefix { $0 != ":" }
        }
        let address = String(text)
        return !address.contains("/") && AddressRange(address) != nil ? address : nil
    }

    /// It goes into the places where a browser is sent: nothing but a name, or an address, with a port.
    static func host(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                true
            default: false
            }
        }
        return isPlain && (1...255).contains(text.utf8.count) ? text : nil
    }
}
