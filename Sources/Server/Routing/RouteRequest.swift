import ControlPlane
import Fleet
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// A request that has found its route, with its parameters.
struct RouteRequest: Sendable {
    /// Between its first byte and its last: against clients that drip.
    private static let longestBody = Duration.seconds(30)
    static let maximumJSONBody = 1 << 20

    var request: Request
    let parameters: [String: String]
    let context: RequestScope

    /// - Throws: `.notFound` for what can't be an id.
    func id<Entity>(_ name: String, _: Entity.Type = Entity.self) throws -> Identifier<Entity> {
        let text = parameters[name] ?? ""
        guard text.utf8.count == 26, text.utf8.allSatisfy(Self.isIdentifierByte) else {
            throw EdgewrightError.notFound(name, text)
        }
        return Identifier(rawValue: text)
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// - Throws: 415 for another content type, `.tooLarge` beyond a megabyte, `.invalidInput` naming the field.
    func decode<Value: Decodable>(_: Value.Type = Value.self) async throws -> Value {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased().filter { $0 != " " } ?? ""
        guard type == "application/json" else {
            throw ProtocolError(
                status: .unsupportedMediaType, code: "unsupportedMediaType",
                detail: "The body must be application/json.")
        }
        return try JSONCoding.decode(Value.self, from: try await wholeBody())
    }

    /// - Throws: `.tooLarge` beyond a megabyte.
    func wholeBody() async throws -> ByteBuffer {
        var body = ByteBuffer()
        let start = ContinuousClock.now
        for try await var chunk in request.body {
            guard ContinuousClock.now - start < Self.longestBody else {
                throw EdgewrightError(.invalidInput, "The body did not arrive in time.")
            }
            guard body.readableBytes + chunk.readableBytes <= Self.maximumJSONBody else {
                throw EdgewrightError(.tooLarge, "The body is longer than \(Self.maximumJSONBody) bytes.")
            }
            body.writeBuffer(&chunk)
        }
        return body
    }

    func query(_ allowed: String...) throws -> QueryReader { try QueryReader(request.uri, allowed: allowed) }
}

/// Reads the query. What is not known is refused: a misspelt filter must not list everything.
struct QueryReader {
    private let values: [(name: String, value: String)]

    init(_ uri: URI, allowed: [String]) throws {
        values = try (uri.query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (try Self.decoded(parts[0]), try parts.count > 1 ? Self.decoded(parts[1]) : "")
        }
        for (name, value) in values {
            guard allowed.contains(name) else {
                throw EdgewrightError.invalid(String(name.prefix(64)), "is not a parameter of this request")
            }
            guard value.utf8.count <= 4096, !value.utf8.contains(0) else {
                throw EdgewrightError.invalid(name, "is too long or contains NUL")
            }
        }
    }

    /// As forms encode it: a blank may be a plus sign (WHATWG URL, section 5.1).
    private static func decoded(_ text: Substring) throws -> String {
        guard let decoded = text.replacing("+", with: " ").removingPercentEncoding else {
            throw EdgewrightError.invalid("query", "is not percent-encoded")
        }
        return decoded
    }

    func all(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

    /// - Throws: `.invalidInput` when it is there more than once.
    func text(_ name: String) throws -> String? {
        let found = all(name)
        guard found.count <= 1 else { throw EdgewrightError.invalid(name, "is given more than once") }
        return found.first
    }

    func value<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _: Value.Type = Value.self
    ) throws -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw EdgewrightError.invalid(name, "must be one of \(known)")
        }
        return value
    }

    /// As `value`; `all` is the same as not to say anything.
    func valueOrAll<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _: Value.Type = Value.self
    ) throws -> Value? {
        guard let text = try text(name), text != "all" else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw EdgewrightError.invalid(name, "must be one of \(known), all")
        }
        return value
    }

    func flag(_ name: String) throws -> Bool {
        switch try text(name) {
        case nil, "false": false
        case "true": true
        default: throw EdgewrightError.invalid(name, "must be true or false")
        }
    }

    func time(_ name: String) throws -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let time = Timestamp(text) else { throw EdgewrightError.invalid(name, "must be an RFC 3339 time") }
        return time
    }

    /// `limit`, `cursor` and `total`.
    func page() throws -> PageRequest {
        var limit = PageRequest.defaultLimit
        if let text = try text("limit") {
            guard let number = Int(text) else { throw EdgewrightError.invalid("limit", "must be a number") }
            limit = number
        }
        return try PageRequest(limit: limit, cursor: try text("cursor"), wantsTotal: try flag("total"))
    }
}

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok, location: String? = nil) throws
        -> Response
    {
        var fields: HTTPFields = [.contentType: "application/json"]
        fields[.location] = location
        return Response(
            status: status, headers: fields, body: ResponseBody(byteBuffer: try JSONCoding.encode(value)))
    }

    static func created(_ value: some Encodable, at location: String? = nil) throws -> Response {
        try json(value, status: .created, location: location)
    }

    static let noContent = Response(status: .noContent)
}
