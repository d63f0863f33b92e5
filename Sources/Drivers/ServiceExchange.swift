import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Transport

// How every driver asks: bounded, no redirects followed, and each wrong answer told in words.

extension ServiceSession {
    /// More than any node list, rule list or metrics page is; an endless answer ends here.
    static let maximumAnswer = 4 << 20

    /// The body of a 2xx answer.
    func get(_ path: String) async throws -> ByteBuffer {
        let request = RemoteRequest(
            target: path, headerFields: credentialFields, timeout: timeout, idleTimeout: timeout)
        return try await Self.exchange(request, over: transport)
    }

    static func exchange(_ request: RemoteRequest, over transport: any Transport) async throws -> ByteBuffer {
        let response = try await transport.send(request)
        let body = try await response.collect(upTo: maximumAnswer, within: request.timeout)
        guard response.status.kind == .successful else {
            throw ServiceAnswerError(response, body: body, target: request.target)
        }
        return body
    }

    func decode<Value: Decodable>(_ type: Value.Type, from body: ByteBuffer, path: String) throws -> Value {
        try Self.decode(type, from: body, path: path)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from body: ByteBuffer, path: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(buffer: body))
        } catch {
            // Status 200 does not mean success with Neuron: look for its error code before calling it nonsense.
            if let code = NeuronErrorCode.read(body), code != 0 {
                throw ServiceAnswerError(neuronError: code, path: path)
            }
            let looksLikeHTML = body.readableBytesView.first { $0 > 32 } == UInt8(ascii: "<")
            throw ServiceAnswerError.unusable(
                looksLikeHTML
                    ? "\(path) answered with a web page instead of JSON: is the category right?"
                    : "\(path) answered with JSON of an unknown form: is the category right?")
        }
    }
}

/// Neuron's `{"error": code}`.
enum NeuronErrorCode {
    private struct Answer: Decodable { let error: Int? }

    static func read(_ body: ByteBuffer) -> Int? {
        (try? JSONDecoder().decode(Answer.self, from: Data(buffer: body)))?.error
    }
}

extension ServiceAnswerError {
    init(_ response: RemoteResponse, body: ByteBuffer, target: String) {
        let path = String(target.prefix { $0 != "?" })
        if let code = NeuronErrorCode.read(body), code != 0 {
            self.init(neuronError: code, path: path)
        } else if response.status == .unauthorized || response.status == .forbidden {
            self = .refusedCredentials("the service refused the platform's credentials (\(response.status.code))")
        } else if response.status.kind == .redirection {
            let place = response.headerFields[.location].map { " to \($0.prefix(200))" } ?? ""
            self = .unusable("\(path) redirects\(place): set the service's real endpoint")
        } else {
            self = .unusable("\(path) answered \(response.status.code)")
        }
    }

    /// Codes as a running Neuron was seen to use them.
    init(neuronError code: Int, path: String) {
        switch code {
        case 1004:
            self = .refusedCredentials("the service wants authentication (error 1004): set it up on this service")
        case 1005:
            self = .refusedCredentials(
                "the service does not take the platform's token (error 1005): put the platform's public key into it")
        case 1006: self = .tokenExpired
        case 1009, 1012: self = .refusedCredentials("user name or password is wrong (error \(code))")
        default: self = .unusable("\(path) answered with error \(code)")
        }
    }
}
