package import NIOHTTP1

/// How a body is packed for its way over one connection (RFC 9112, section 7).
package enum TransferCoding {
    case none
    case chunks
    /// Nobody here undoes it, and without the field, which is of one connection only, nobody behind could.
    case foreign
}

extension HTTPHeaders {
    /// As the decoder sees it, which takes chunks for chunks only where nothing but spaces follows the word.
    package var transferCoding: TransferCoding {
        var coding = TransferCoding.none
        for value in self["transfer-encoding"] {
            var name = value.lowercased()
            while name.last == " " { name.removeLast() }
            switch name {
            // No coding at all, as earlier standards called it.
            case "", "identity": continue
            case "chunked" where coding == .none: coding = .chunks
            default: return .foreign
            }
        }
        return coding
    }
}
