import HTTPTypes
import NIOCore
import NIOHTTP1

/// A connection as whoever has a request sees it, from any thread.
struct PooledConnection: Sendable {
    let channel: any Channel
    let handler: NIOLoopBound<PeerConnection>

    /// On the event loop: at once when it is this one.
    func onLoop(_ work: @escaping @Sendable (PeerConnection) -> Void) {
        let handler = handler
        if channel.eventLoop.inEventLoop { return work(handler.value) }
        channel.eventLoop.execute { work(handler.value) }
    }

    /// - Throws: `StaleConnection` when it had died before the peer said anything; `CancellationError`; errors of the
    ///   libraries below.
    func exchange(_ request: OutgoingRequest, until deadline: NIODeadline) async throws -> RemoteResponse {
        let id = ExchangeID.next()
        let beginning = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                onLoop { $0.begin(PeerExchange(id: id, request: request, head: continuation), until: deadline) }
            }
        } onCancel: {
            onLoop { $0.cancel(id) }
        }
        let body: AnyByteStream
        switch beginning.body {
        case .whole(let bytes): body = ReceivedBody(bytes: bytes)
        case .arriving: body = ArrivingBody(reader: ConnectionBodyReader(connection: self, id: id))
        }
        return RemoteResponse(
            status: HTTPResponse.Status(
                code: Int(beginning.head.status.code), reasonPhrase: beginning.head.status.reasonPhrase),
            headerFields: HTTPFields(beginning.head.headers), body: body)
    }
}

/// An answer's head, and what of its body came along with it.
struct AnswerBeginning: Sendable {
    enum Body {
        case whole(ByteBuffer)
        case arriving
    }

    let head: HTTPResponseHead
    let body: Body
}

/// Reads an answer's body from a connection, and ends the exchange when the last one who could read is gone.
final class ConnectionBodyReader: BodyReader {
    let connection: PooledConnection
    let id: ExchangeID

    init(connection: PooledConnection, id: ExchangeID) {
        self.connection = connection
        self.id = id
    }

    func next() async throws -> ByteBuffer? {
        let (connection, id) = (connection, id)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                connection.onLoop { $0.read(id, continuation) }
            }
        } onCancel: {
            connection.onLoop { $0.cancel(id) }
        }
    }

    func cancel() {
        let id = id
        connection.onLoop { $0.cancel(id) }
    }

    deinit {
        let id = id
        connection.onLoop { $0.abandon(id) }
    }
}
