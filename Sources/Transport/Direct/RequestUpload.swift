import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends a request's body, no faster than the peer takes it.
///
/// The answer may begin while it runs, so it is a task beside the one that asked. It belongs to the exchange, which
/// cancels it at its end and ends itself only after it.
struct RequestUpload: Sendable {
    let stream: AnyByteStream
    /// In bytes; `nil` when nobody knows.
    let length: Int64?
    let connection: PooledConnection
    let id: ExchangeID

    func start() -> Task<Void, Never> {
        Task(executorPreference: EventLoopExecutor(connection.channel.eventLoop)) {
            let failure: (any Error)?
            do {
                try await send()
                failure = nil
            } catch {
                failure = error
            }
            connection.onLoop { [id] in $0.uploadEnded(id, failure) }
        }
    }

    private func send() async throws {
        var left = length
        var iterator = stream.makeAsyncIterator()
        while let chunk = try await next(&iterator) {
            if let rest = left {
                guard chunk.readableBytes <= rest else { throw ExchangeFailure.bodyLength }
                left = rest - Int64(chunk.readableBytes)
            }
            // Done when the socket has taken it.
            try await connection.channel.writeAndFlush(HTTPClientRequestPart.body(.byteBuffer(chunk))).get()
        }
        guard left ?? 0 == 0 else { throw ExchangeFailure.bodyLength }
    }

    private func next(_ iterator: inout any AsyncIteratorProtocol<ByteBuffer, any Error>) async throws -> ByteBuffer? {
        do {
            return try await iterator.next(isolation: nil)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw RequestBodyError(reason: error)
        }
    }
}
