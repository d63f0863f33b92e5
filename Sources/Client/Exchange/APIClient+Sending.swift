import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension APIClient {
    /// Bytes of an answer that is read as a whole: a page of 500 services has about 500 kB.
    static let largestAnswer = 64 * 1024 * 1024

    /// Sends and decodes the answer.
    /// - Throws: `APIProblem`, `APIConnectionError`, `CancellationError`.
    func read<Answer: Decodable & Sendable>(
        _ request: APIRequest, upTo bound: Int = largestAnswer
    ) async throws -> Answer {
        try decode(try await exchange(request, upTo: bound).body)
    }

    func decode<Answer: Decodable>(_ body: ByteBuffer) throws -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(buffer: body))
        } catch {
            throw APIConnectionError(
                .notUnderstood, "\(address) did not answer as Edgewright's API does; is the address right?",
                cause: error)
        }
    }

    /// Sends; the answer has no content, or none that matters.
    func perform(_ request: APIRequest) async throws { _ = try await exchange(request) }

    func readText(_ request: APIRequest) async throws -> String {
        String(buffer: try await exchange(request).body)
    }

    /// A whole exchange within the answer's time, sent again where that is safe.
    func exchange(
        _ request: APIRequest, upTo bound: Int = largestAnswer, expecting expected: Range<UInt> = 200..<300
    ) async throws -> (headers: HTTPHeaders, body: ByteBuffer) {
        try await retrying(request) {
            try await withTimeLimit(connections.answerTimeout, server: address) {
                let response = try await execute(request, on: connections.prompt, timeout: connections.answerTimeout)
                guard expected.contains(response.status.code) else { throw try await problem(response) }
                return (response.headers, try await collect(response.body, upTo: bound))
            }
        }
    }

    /// Sends and hands the body on as it arrives; never sent again.
    func stream(
        _ request: APIRequest, on client: HTTPClient, timeout: Duration
    ) async throws -> HTTPClientResponse {
        let response = try await execute(request, on: client, timeout: timeout)
        guard (200..<300).contains(response.status.code) else { throw try await problem(response) }
        return response
    }

    /// Sends once; `timeout` counts until the answer's head is there.
    func execute(_ request: APIRequest, on client: HTTPClient, timeout: Duration) async throws -> HTTPClientResponse {
        let outgoing = request.outgoing(server: server, credential: credential)
        do {
            return try await client.execute(outgoing, timeout: TimeAmount(timeout))
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch {
            throw APIConnectionError(translating: error, server: address)
        }
    }

    func problem(_ response: HTTPClientResponse) async throws -> APIProblem {
        // What a problem says fits in far less; a body beyond it is some page of a proxy.
        let body = (try? await response.body.collect(upTo: 256 * 1024)) ?? ByteBuffer()
        return APIProblem(
            status: Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After"), body: body)
    }

    func collect(_ body: HTTPClientResponse.Body, upTo bound: Int) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: bound)
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch is NIOTooManyBytesError {
            throw APIConnectionError(.notUnderstood, "\(address) answered with more than \(bound) bytes.")
        } catch {
            throw APIConnectionError(translating: error, server: address)
        }
    }

    private func retrying<Result: Sendable>(
        _ request: APIRequest, _ body: () async throws -> Result
    ) async throws -> Result {
        var failed = 0
        while true {
            do {
                return try await body()
            } catch {
                failed += 1
                var generator = SystemRandomNumberGenerator()
                guard request.mayBeRepeated, let retryAfter = Self.invitation(error),
                    let delay = retries.delay(after: failed, retryAfter: retryAfter, using: &generator)
                else { throw error }
                try await Task.sleep(for: delay)
            }
        }
    }

    /// How long to wait at least before the same again; `nil` when trying again is no use.
    private static func invitation(_ error: any Error) -> Duration? {
        switch error {
        case let problem as APIProblem: problem.status == 503 ? problem.retryAfter ?? .zero : nil
        case let broken as APIConnectionError: broken.invitesRetry ? .zero : nil
        default: nil
        }
    }
}

/// Ends `body` when it takes longer than `limit`.
func withTimeLimit<Result: Sendable>(
    _ limit: Duration, server: String, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: limit)
            throw APIConnectionError(.timedOut, "\(server) did not answer within \(limit.components.seconds) seconds.")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
