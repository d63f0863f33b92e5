import HTTPTypes
import NIOCore
import NIOHTTPTypes

extension HTTPRequestPart {
    /// Bytes, about, that it takes while nobody has read it: what a client can make us hold is counted by them.
    var weight: Int {
        switch self {
        case .head(let head): Self.own + (head.path?.utf8.count ?? 0) + Self.weight(head.headerFields)
        case .body(let bytes): bytes.readableBytes
        case .end(let trailers): Self.own + (trailers.map(Self.weight) ?? 0)
        }
    }

    /// Of a part that is no bytes, beside its fields.
    private static let own = 512
    /// Of a field, beside its name and value.
    private static let field = 64

    private static func weight(_ fields: HTTPFields) -> Int {
        fields.reduce(0) { $0 + field + $1.name.rawName.utf8.count + $1.value.utf8.count }
    }
}
