import HTTPTypes
import NIOCore
import NIOHTTP1

/// Reaches a peer by its address: TCP or Unix socket, with or without TLS.
package struct DirectTransport: Transport {
    private let peer: PeerConnections
    private let basePath: String
    private let client: DirectTransportClient

    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of the endpoint can't be read.
    package init(
        endpoint: RemoteEndpoint, client: DirectTransportClient, lane: ConnectionLane = .requests
    ) throws {
        peer = try client.connections(to: endpoint, lane)
        basePath = endpoint.basePath
        self.client = client
    }

    package func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        try RemoteTarget.check(request)
        let outgoing = OutgoingRequest(request, basePath: basePath, authority: peer.authority)
        do {
            return try await peer.exchange(outgoing)
        } catch {
            throw translation(request.timeout).translate(error)
        }
    }

    package func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        try RemoteTarget.check(request)
        guard case .empty = request.body else {
            throw TransportError(.invalidRequest, "a request for an upgrade can't have a body")
        }
        let outgoing = OutgoingRequest(request, basePath: basePath, authority: peer.authority)
        do {
            let connection = UpgradeConnection(
                endpoint: peer.endpoint, tls: try await peer.tlsContext(), targets: client.targets,
                group: client.group)
            return try await connection.open(outgoing.head, within: request.timeout)
        } catch {
            throw translation(request.timeout).translate(error)
        }
    }

    /// A connection of its own, for bytes that are not looked at. For a task that runs on the event loop.
    /// - Returns: the connection once it can be spoken on, on its event loop; `splice` is in its pipeline.
    /// - Throws: `TransportError`; `CancellationError`.
    func open(
        on loop: any EventLoop, within timeout: Duration, _ splice: NIOLoopBound<ByteSplice>
    ) async throws -> any Channel {
        let limit = TimeAmount(min(timeout, client.connectTimeout))
        do {
            let context = try await peer.tlsContext()
            let connector = EndpointConnector(endpoint: peer.endpoint, targets: client.targets)
            let connected = connector.connect(on: loop, within: limit) { [peer] channel in
                if let context { try channel.pipeline.syncOperations.addHandler(peer.endpoint.tlsHandler(context)) }
                try channel.pipeline.syncOperations.addHandler(splice.value)
            }
            connected.whenFailure { splice.value.ready.fail($0) }
            let alarm = loop.scheduleTask(in: limit) { splice.value.ready.fail(ChannelError.connectTimeout(limit)) }
            defer { alarm.cancel() }
            do {
                try await splice.value.ready.futureResult.get()
                try Task.checkCancellation()
            } catch {
                connected.whenSuccess { $0.close(promise: nil) }
                throw error
            }
            return try await connected.get()
        } catch {
            splice.value.ready.fail(error)
            throw translation(timeout).translate(error)
        }
    }

    private func translation(_ timeout: Duration) -> ErrorTranslation {
        ErrorTranslation(peer: peer.name, timeout: timeout, connectTimeout: min(timeout, client.connectTimeout))
    }
}

/// What any transport demands of a request.
enum RemoteTarget {
    /// - Throws: `TransportError` of kind `.invalidRequest`.
    static func check(_ request: RemoteRequest) throws {
        // Blanks and control characters would end the request line early, and what follows a `#` never reaches the peer.
        let isSendable = request.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
        guard request.target.utf8.first == UInt8(ascii: "/"), isSendable else {
            throw TransportError(.invalidRequest, "the path must begin with / and be percent-encoded")
        }
        // CONNECT names no path and turns the connection into something else (RFC 9110, section 9.3.6).
        guard request.method != .connect else { throw TransportError(.invalidRequest, "CONNECT can't be sent") }
        // TRACE has no body (RFC 9110, section 9.3.8), and the library frames none: what came with it would reach the peer as
        // another request, whose answer somebody else gets. It also shows fields that its sender does not know of.
        guard request.method != .trace else { throw TransportError(.invalidRequest, "TRACE can't be sent") }
    }
}
