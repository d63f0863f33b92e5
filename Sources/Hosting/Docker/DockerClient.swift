import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Transport

/// Speaks the Docker Engine API: bounded in bytes and time, refusals turned into words.
///
/// Paths carry no version: the engine then speaks its own, and all that is used here has been the same since 1.24.
struct DockerClient: Sendable {
    private static let maximumAnswer = 16 << 20
    private static let maximumMessage = 64 << 10
    static let timeout = Duration.seconds(30)

    let transport: any Transport

    /// - Parameter accepting: statuses besides 2xx that are no failure.
    /// - Throws: `HostingError`, or `CancellationError`.
    func send(_ request: RemoteRequest, accepting: Set<Int> = []) async throws -> (status: Int, body: ByteBuffer) {
        let start = ContinuousClock.now
        let response = try await open(request, accepting: accepting)
        let left = max(.seconds(1), request.timeout - (ContinuousClock.now - start))
        do {
            return (response.status.code, try await response.collect(upTo: Self.maximumAnswer, within: left))
        } catch let error as TransportError {
            throw HostingError(error)
        }
    }

    /// The answer as soon as its head is there.
    func open(_ request: RemoteRequest, accepting: Set<Int> = []) async throws -> RemoteResponse {
        do {
            let response = try await transport.send(request)
            if response.status.kind == .successful || accepting.contains(response.status.code) { return response }
            let body = try await response.collect(upTo: Self.maximumMessage, within: Self.timeout)
            let message = (try? JSONDecoder().decode(EngineMessage.self, from: Data(buffer: body)))?.message
            throw EngineRefusal(
                status: response.status.code,
                message: message ?? "it answered with status \(response.status.code)")
        } catch let error as TransportError {
            throw HostingError(error)
        }
    }

    func get<Value: Decodable>(_ target: String, as _: Value.Type = Value.self) async throws -> Value {
        try decode(try await send(RemoteRequest(target: target, timeout: Self.timeout)).body)
    }

    /// - Returns: `nil` when the engine answers 404.
    func find<Value: Decodable>(_ target: String, as _: Value.Type = Value.self) async throws -> Value? {
        let answer = try await send(RemoteRequest(target: target, timeout: Self.timeout), accepting: [404])
        return answer.status == 404 ? nil : try decode(answer.body)
    }

    /// - Returns: the status.
    @discardableResult
    func post(
        _ target: String, _ body: (any Encodable)? = nil, timeout: Duration = timeout, accepting: Set<Int> = []
    ) async throws -> Int {
        var request = RemoteRequest(method: .post, target: target, timeout: timeout)
        if let body {
            request.headerFields[.contentType] = "application/json"
            request.body = .bytes(ByteBuffer(data: try JSONEncoder().encode(body)))
        }
        return try await send(request, accepting: accepting).status
    }

    @discardableResult
    func delete(_ target: String, accepting: Set<Int> = [404]) async throws -> Int {
        try await send(
            RemoteRequest(method: .delete, target: target, timeout: Self.timeout * 2), accepting: accepting
        ).status
    }

    private func decode<Value: Decodable>(_ body: ByteBuffer) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(buffer: body))
        } catch {
            throw HostingError(.failed, "its engine answered with something that is no answer: is it a Docker engine?")
        }
    }

    /// As part of a query.
    static func quoted(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? ""
    }

    /// The engine's way to say which things are meant.
    static func filters(_ labels: [String]) throws -> String {
        quoted(String(decoding: try JSONEncoder().encode(["label": labels]), as: UTF8.self))
    }
}

/// An answer that is no success, not yet judged.
struct EngineRefusal: Error {
    let status: Int
    let message: String
}

extension HostingError {
    /// A certificate that does not fit does not pass by itself, as a node that is away may.
    init(_ error: TransportError) { self.init(error.kind == .tlsFailed ? .refused : .unreachable, error.message) }

    /// What the engine's words mean to who has to act on them.
    init(_ refusal: EngineRefusal) {
        let message = refusal.message
        let text = message.lowercased()
        if text.contains("no space left on device") {
            self.init(.noSpace, "no space is left on the node")
        } else if let port = Self.takenPort(message) {
            self.init(.portTaken(port), "port \(port) is taken")
        } else if text.contains("no such image") {
            self.init(.imageNotFound, message)
        } else if refusal.status == 404 {
            self.init(.notFound, message)
        } else if refusal.status == 409, text.contains("already in use by container") {
            self.init(.nameTaken, message)
        } else if refusal.status == 401 || refusal.status == 403 {
            self.init(.refused, message)
        } else if refusal.status == 400 {
            self.init(.invalid, message)
        } else {
            self.init(.failed, message)
        }
    }

    private static func takenPort(_ message: String) -> Int? {
        let patterns = [
            /Bind for [^ ]*:([0-9]+) failed: port is already allocated/,
            /listen (?:tcp|udp)[46]? [^ ]*:([0-9]+): bind: address already in use/,
            // Since Docker 28.
            /failed to bind host port (?:for )?[^ ]*?:([0-9]+)[:\/][^ ]*: address already in use/,
        ]
        return patterns.lazy.compactMap { message.firstMatch(of: $0).flatMap { Int($0.1) } }.first
    }
}

/// Runs what asks an engine, and turns its refusals into what a host throws.
func translatingRefusals<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let refusal as EngineRefusal {
        throw HostingError(refusal)
    }
}
