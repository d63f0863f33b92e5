import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Transport

// How every driver asks: bounded in bytes and time, and no redirect followed.

extension ServiceSession {
    /// States of all drivers or rules; thousands fit.
    static let maximumState = 1 << 20
    /// Anything else that is read now and then.
    static let maximumList = 4 << 20

    /// The body of a 2xx answer.
    /// - Throws: `TransportError`, `ServiceAnswerError`.
    func get(_ path: String, as dialect: AnswerDialect, upTo limit: Int = maximumList) async throws -> ByteBuffer {
        try await ask(path, upTo: limit).successfulBody(dialect)
    }

    /// The same, for what older or smaller editions of a service don't have.
    /// - Returns: `nil` when the service answers 404.
    func getIfThere(_ path: String, as dialect: AnswerDialect, upTo limit: Int = maximumList) async throws
        -> ByteBuffer?
    {
        let answer = try await ask(path, upTo: limit)
        if answer.status == .notFound { return nil }
        return try answer.successfulBody(dialect)
    }

    private func ask(_ path: String, upTo limit: Int) async throws -> ServiceAnswer {
        try await ServiceAnswer.receive(
            RemoteRequest(target: path, headerFields: credentialFields, timeout: timeout, idleTimeout: timeout),
            over: transport, upTo: limit)
    }
}

/// A complete answer, not yet judged.
struct ServiceAnswer {
    let path: String
    let status: HTTPResponse.Status
    let location: String?
    let body: ByteBuffer

    /// - Parameter limit: bytes of the body. Its time is what the head has left of the request's.
    static func receive(
        _ request: RemoteRequest, over transport: any Transport, upTo limit: Int
    ) async throws -> ServiceAnswer {
        let started = ContinuousClock.now
        let response = try await transport.send(request)
        let left = max(.milliseconds(100), request.timeout - (ContinuousClock.now - started))
        return ServiceAnswer(
            path: String(request.target.prefix { $0 != "?" }), status: response.status,
            location: response.headerFields[.location], body: try await response.collect(upTo: limit, within: left))
    }

    /// - Throws: `ServiceAnswerError` when the status is not 2xx.
    func successfulBody(_ dialect: AnswerDialect) throws -> ByteBuffer {
        guard status.kind == .successful else { throw ServiceAnswerError(self, dialect) }
        return body
    }
}

/// Turns a 2xx body into values.
struct AnswerReader {
    private static let decoder = JSONDecoder()

    let path: String
    let dialect: AnswerDialect

    func decode<Value: Decodable>(_ type: Value.Type, from body: ByteBuffer) throws -> Value {
        // Status 200 does not mean success with Neuron, and where every member is optional an error would pass.
        if let error = error(in: body) { throw error }
        do {
            return try Self.decoder.decode(type, from: Data(buffer: body))
        } catch {
            throw notUnderstood(body)
        }
    }

    /// The same by hand, without the price of a decoder.
    func scan<Value>(_ body: ByteBuffer, _ read: (inout JSONScanner) throws -> Value) throws -> Value {
        do {
            return try JSONScanner.scan(body, read)
        } catch is JSONScanner.Malformed {
            throw error(in: body) ?? notUnderstood(body)
        }
    }

    /// The error that a successful answer tells of in its body.
    func error(in body: ByteBuffer) -> ServiceAnswerError? {
        guard dialect.codes != .none, let told = ToldError(body) else { return nil }
        return ServiceAnswerError(told, path: path, dialect, answered: .ok)
    }

    private func notUnderstood(_ body: ByteBuffer) -> ServiceAnswerError {
        switch body.readableBytesView.first(where: { $0 > 0x20 }) {
        case nil: .unusable("\(path) answered with nothing instead of JSON: is the category right?")
        case UInt8(ascii: "<"):
            .unusable("\(path) answered with a web page instead of JSON: is the category right?")
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            .unusable("\(path) answered with JSON of an unknown form: is the category right?")
        default: .unusable("\(path) answered with something that is not JSON: is the category right?")
        }
    }
}
