import Foundation

/// A network of IPv4 or IPv6 addresses, or one of them.
package struct AddressRange: Sendable, Equatable {
    private let network: [UInt8]
    /// Leading bits that count.
    private let length: Int

    /// `10.0.0.0/8`, `fe80::/10`, or a single address; `nil` for what is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        network = bytes
        guard parts.count == 2 else {
            length = bytes.count * 8
            return
        }
        guard let length = Int(parts[1]), (0...bytes.count * 8).contains(length) else { return nil }
        self.length = length
    }

    /// - Parameter address: without port; false for what is no address.
    package func contains(_ address: String) -> Bool {
        guard let bytes = Self.bytes(of: address), bytes.count == network.count else { return false }
        let whole = length / 8
        guard bytes.prefix(whole) == network.prefix(whole) else { return false }
        let rest = length % 8
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - rest))
        return bytes[whole] & mask == network[whole] & mask
    }

    /// Four bytes or sixteen. An IPv4 address in IPv6's clothes (`::ffff:10.0.0.1`) is an IPv4 address: that is how a
    /// socket that serves both shows it.
    package static func bytes(of text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var sixteen = in6_addr()
        // A zone (`fe80::1%eth0`) says where the address is, not what it is.
        guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &sixteen) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &sixteen) { Array($0) }
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
        return bytes.starts(with: mapped) ? Array(bytes.dropFirst(12)) : bytes
    }
}
