package import NIOHTTP1

/// How a body is packed for its way over one connection (RFC 9112, section 7).
package enum TransferCoding {
    case none
    case chunks
    /// Nobody here undoes it, and without the field, which is of one connection only, nobody behind could.
    case foreign
}

extension HTTPHeaders {
    package var transferCoding: TransferCoding {
        var coding = TransferCoding.none
        for name in self[canonicalForm: "transfer-encoding"] {
            switch name.lowercased() {
            // No coding at all, as earlier standards called it.
            case "", "identity": continue
            case "chunked" where coding == .none: coding = .chunks
            default: return .foreign
            }
        }
        return coding
    }
}
