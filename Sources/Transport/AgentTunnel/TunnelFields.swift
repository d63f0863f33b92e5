import Foundation
import HTTPTypes
import NIOHPACK

/// Fields as they go over a tunnel (RFC 9113, section 8), and back.
enum TunnelFields {
    /// What belongs to one connection only, and HTTP/2 does not have (RFC 9113, section 8.2.2).
    private static let connectionBound: FieldNames = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te", "host",
    ]

    static func append(_ fields: HTTPFields, to headers: inout HPACKHeaders) {
        for field in fields {
            let name = field.name.canonicalName
            guard !connectionBound.contains(name), !isOurs(name) else { continue }
            headers.add(name: name, value: field.value, indexing: isSecret(name) ? .neverIndexed : .indexable)
        }
    }

    /// Fields of one exchange must fit into one frame: a longer block ends the connection, and whatever else is under way
    /// on it. Counted as it may go out: letters, digits and the like in a byte at most, what is rare in four (RFC 7541,
    /// appendix B).
    /// - Parameter error: what a block that is too long is.
    static func checkLength(_ headers: HPACKHeaders, else error: TransportError.Kind) throws {
        // Nearly all are so short that no byte has to be looked at.
        let longest = headers.reduce(0) { $0 + 8 + $1.name.utf8.count + 4 * $1.value.utf8.count }
        guard longest > TunnelProtocol.longestFields else { return }
        var length = 0
        for (name, value, _) in headers {
            length += 8 + name.utf8.count
            for byte in value.utf8 { length += isCommon(byte) ? 1 : 4 }
        }
        guard length <= TunnelProtocol.longestFields else {
            throw TransportError(error, "its fields are longer than can be passed through an agent")
        }
    }

    private static func isCommon(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: " "), UInt8(ascii: "%"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "="),
            UInt8(ascii: "_"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: ","):
            true
        default: false
        }
    }

    /// Its first letter before all of it: most names have another.
    private static func isOurs(_ name: String) -> Bool {
        name.utf8.first == UInt8(ascii: "e") && name.hasPrefix(TunnelField.prefix)
    }

    /// Secrets are not kept in tables (RFC 7541, section 7.1.3).
    private static func isSecret(_ name: String) -> Bool {
        name == "authorization" || name == "cookie" || name == "set-cookie"
    }

    /// What is neither a pseudo-field nor the tunnel's own.
    static func fields(_ headers: HPACKHeaders) -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(headers.count)
        for (name, value, _) in headers {
            // Names may come in capitals, which HTTP/2 forbids and nobody has refused.
            guard name.utf8.first != UInt8(ascii: ":"), let name = HTTPField.Name(name),
                !isOurs(name.canonicalName), !connectionBound.contains(name.canonicalName)
            else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    /// Of a final answer; `nil` when there is none.
    static func status(_ headers: HPACKHeaders) -> HTTPResponse.Status? {
        guard let code = headers.first(name: ":status").flatMap({ Int($0) }), (200...999).contains(code) else {
            return nil
        }
        return HTTPResponse.Status(code: code)
    }

    static func length(_ headers: HPACKHeaders) -> Int64? {
        headers.first(name: "content-length").flatMap { Int64($0) }
    }

    static func encoded(_ sentence: String) -> String {
        sentence.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? ""
    }
}

/// Why an agent did not get an answer from one of its services, in the same words as if it had been asked directly.
extension TransportError {
    /// The agent's own answer in place of the service's.
    var refusal: HPACKHeaders {
        let status = kind == .timedOut ? "504" : kind == .invalidRequest ? "400" : "502"
        var headers: HPACKHeaders = [":status": status, TunnelField.refusal: kind.rawValue]
        headers.add(name: TunnelField.reason, value: TunnelFields.encoded(message), indexing: .nonIndexable)
        return headers
    }

    /// `nil` when the answer is the service's.
    init?(refusal headers: HPACKHeaders) {
        guard let name = headers.first(name: TunnelField.refusal) else { return nil }
        // It is shown to people and written into logs: nothing in it may look like a line of its own.
        let told = headers.first(name: TunnelField.reason)?.removingPercentEncoding ?? ""
        let reason = String(String.UnicodeScalarView(told.unicodeScalars.filter(Self.isPlain)))
        // It is another program, and may be another version.
        self.init(Kind(rawValue: name) ?? .connectionClosed, String(reason.prefix(500)))
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
