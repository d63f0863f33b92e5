import Fleet
import Foundation
import NIOCore
import NIOFoundationCompat

/// How the API writes and reads JSON.
enum JSONCoding {
    static func encode(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(data: try encoder.encode(value))
    }

    /// - Throws: `.invalidInput` naming the field that does not fit.
    static func decode<Value: Decodable>(_ type: Value.Type, from body: ByteBuffer) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(buffer: body))
        } catch let error as DecodingError {
            throw EdgewrightError(error)
        } catch let error as EdgewrightError {
            throw error
        } catch {
            throw EdgewrightError.invalid("body", "is not JSON")
        }
    }
}

extension EdgewrightError {
    init(_ error: DecodingError) {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            let keys = context.codingPath + (last.map { [$0] } ?? [])
            let text = keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
            return text.isEmpty ? "body" : text
        }
        switch error {
        case .keyNotFound(let key, let context):
            self = .invalid(path(context, key), "is missing")
        case .valueNotFound(_, let context):
            self = .invalid(path(context), "must not be null")
        case .typeMismatch(let type, let context):
            self = .invalid(path(context), "must be \(Self.word(for: type))")
        case .dataCorrupted(let context):
            let isWhole = context.codingPath.isEmpty
            self = .invalid(path(context), isWhole ? "is not valid JSON" : Self.words(context.debugDescription))
        @unknown default:
            self = .invalid("body", "can't be read")
        }
    }

    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type, is Double.Type: "a number"
        case is [String: Any].Type: "an object"
        case is [Any].Type: "a list"
        default: "of another type"
        }
    }

    /// Our own types say what is wrong; Foundation's text about an enum names Swift types, which helps nobody.
    private static func words(_ description: String) -> String {
        description.hasPrefix("Cannot initialize") ? "is not one of the allowed values" : description
    }
}
