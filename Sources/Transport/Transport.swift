package import HTTPTypes
package import NIOCore

/// The way to one remote HTTP peer: an edge service, a Docker engine, a Kubernetes API server.
///
/// A value is bound to its peer when it is made, so whoever holds one neither knows nor cares whether the peer is
/// reached directly, over a Unix socket or through an agent's tunnel.
package protocol Transport: Sendable {
    /// Sends one request and returns as soon as the response's head is there; the body streams after it.
    ///
    /// Redirects are never followed and content is never decoded: both are the caller's business.
    /// - Throws: `TransportError`, or `CancellationError` when the calling task is cancelled.
    func send(_ request: RemoteRequest) async throws -> RemoteResponse

    /// Asks the peer to leave HTTP/1.1 on this connection (RFC 9110, section 7.8), for WebSocket and the like.
    ///
    /// `request` carries the `Upgrade` and `Connection` fields. Whatever the peer answers is returned: the caller looks
    /// at the status of `RemoteUpgrade.response`.
    /// - Throws: `TransportError`, or `CancellationError` when the calling task is cancelled.
    func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade
}

/// One request to a remote peer.
package struct RemoteRequest: Sendable {
    package var method: HTTPRequest.Method
    /// Path and query below the peer's base path, percent-encoded as it goes on the wire; begins with `/`.
    package var target: String
    package var headerFields: HTTPFields
    package var body: RemoteBody
    /// Longest wait from the call until the response's head has arrived, name look-up and connecting included.
    package var timeout: Duration
    /// Longest silence of the peer while its body streams; `nil` for streams that may be quiet for hours.
    package var idleTimeout: Duration?

    package init(
        method: HTTPRequest.Method = .get, target: String, headerFields: HTTPFields = [:], body: RemoteBody = .empty,
        timeout: Duration = .seconds(5), idleTimeout: Duration? = .seconds(30)
    ) {
        self.method = method
        self.target = target
        self.headerFields = headerFields
        self.body = body
        self.timeout = timeout
        self.idleTimeout = idleTimeout
    }
}

/// What a request carries.
package enum RemoteBody: Sendable {
    case empty
    case bytes(ByteBuffer)
    /// A body that is read while it is sent. `length` in bytes when the sender knows it, otherwise it goes out chunked.
    case stream(AnyByteStream, length: Int64?)
}

/// Chunks of bytes from somewhere; the reader's pace holds back the source.
package typealias AnyByteStream = any AsyncSequence<ByteBuffer, any Error> & Sendable

/// A response's head, and its body as it arrives.
package struct RemoteResponse: Sendable {
    package var status: HTTPResponse.Status
    package var headerFields: HTTPFields
    /// May be read once. Dropping it unread ends the exchange.
    package var body: AnyByteStream

    package init(status: HTTPResponse.Status, headerFields: HTTPFields, body: AnyByteStream) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }

    /// Ends the exchange, from any thread: whoever reads the body gets a `CancellationError`. Does nothing after its end.
    package func cancel() { (body as? ArrivingBody)?.reader.cancel() }

    /// The whole body, when it came along with the head: as most small ones do.
    package var received: ByteBuffer? { (body as? ReceivedBody)?.bytes }

    /// The whole body, for answers that are meant to be small.
    /// - Parameter limit: bytes; a longer body throws `TransportError` of kind `.bodyTooLarge`.
    package func collect(upTo limit: Int) async throws -> ByteBuffer {
        if let received, received.readableBytes <= limit { return received }
        var whole = ByteBuffer()
        for try await chunk in body {
            guard whole.readableBytes + chunk.readableBytes <= limit else {
                throw TransportError(.bodyTooLarge, "the answer is longer than \(limit) bytes")
            }
            whole.writeImmutableBuffer(chunk)
        }
        return whole
    }

    /// The same, for peers that may fall silent in the middle.
    /// - Throws: `TransportError` of kind `.timedOut` when the body is not complete after `limit`.
    package func collect(upTo bytes: Int, within limit: Duration) async throws -> ByteBuffer {
        if received != nil { return try await collect(upTo: bytes) }
        return try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await collect(upTo: bytes) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw TransportError(.timedOut, "the answer was not complete in time")
            }
            defer { group.cancelAll() }
            guard let whole = try await group.next() else { throw CancellationError() }
            return whole
        }
    }
}

/// A connection after an upgrade was asked for.
package struct RemoteUpgrade: Sendable {
    /// 101 when the peer agreed; anything else is its refusal (the connection is then already closed).
    package var response: HTTPResponse
    /// The raw bytes in both directions; `nil` when the peer refused.
    package var channel: UpgradedConnection?

    package init(response: HTTPResponse, channel: UpgradedConnection? = nil) {
        self.response = response
        self.channel = channel
    }
}
