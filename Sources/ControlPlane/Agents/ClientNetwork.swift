import Transport

/// Whose an address is: whoever has one of an IPv6 network of 64 bits has all of them, and sites are given 48 bits, with
/// 65,536 such networks. An IPv4 address is for itself.
struct ClientNetwork: Hashable, Sendable {
    /// An IPv4 address, or 64 bits.
    let place: String
    /// 48 bits; `nil` where there are none.
    private let prefix: String?

    init(_ address: String) {
        let bytes = AddressRange.bytes(of: address)
        guard let bytes, bytes.count == 16 else {
            (place, prefix) = (address, nil)
            return
        }
        (place, prefix) = ("\(bytes.prefix(8))", "\(bytes.prefix(6))")
    }

    /// What one customer of a provider has.
    var site: String { prefix ?? place }
}
