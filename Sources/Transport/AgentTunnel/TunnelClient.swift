package import NIOCore
import NIOHPACK
import NIOHTTP2

/// The asking end of a tunnel: the platform's, on a connection that an agent has opened, or on one that it has opened
/// itself to another control plane. HTTP/2's client.
package final class TunnelClient: Sendable {
    package let traffic: TunnelTraffic
    /// Fulfilled when the connection is gone, whoever closed it.
    package let closed: EventLoopFuture<Void>
    let loop: any EventLoop
    let channel: any Channel
    private let frames: NIOLoopBound<TunnelFrames>
    private let kept = KeptStreamsByOffer()

    /// Takes an upgraded connection over, right after the 101. On its event loop.
    package init(
        on channel: any Channel, keepalive: TunnelProtocol.Keepalive = .platform,
        tolerance: TunnelProtocol.Tolerance = .ofAgent
    ) throws {
        guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
        traffic = TunnelTraffic()
        loop = channel.eventLoop
        closed = channel.closeFuture
        self.channel = channel
        let frames = TunnelFrames(loop: channel.eventLoop, traffic: traffic)
        self.frames = NIOLoopBound(frames, eventLoop: channel.eventLoop)
        frames.whenGoingAway = { [kept] in kept.retire() }
        try channel.addTunnel(
            frames, traffic, TunnelConduct(mode: .client, keepalive: keepalive, tolerance: tolerance))
    }

    /// Whether something new may be asked on it, as far as this end knows. From any thread.
    package var takesRequests: Bool { channel.isActive && !traffic.isGoingAway }

    /// Whether it lives on the event loop that the caller runs on.
    package var isOnThisLoop: Bool { loop.inEventLoop }

    /// Exchanges under way. On the event loop.
    package var load: Int { frames.value.count }

    /// Ends at once what is under way. From any thread.
    package func close() { channel.close(promise: nil) }

    /// Lets what is under way end, and takes nothing new. From any thread.
    package func goAway() { loop.execute { [frames] in frames.value.goAway() } }

    /// The same, and ends what is under way after that time all the same. From any thread.
    package func goAway(within limit: TimeAmount) {
        goAway()
        let alarm = loop.scheduleTask(in: limit) { [self] in close() }
        closed.whenComplete { _ in alarm.cancel() }
    }

    /// How many exchanges of raw bytes are kept open. From any thread.
    var keptStreams: Int { kept.count }

    /// For one more request to an offer that is asked often. From any thread.
    /// - Returns: an exchange of raw bytes that is free; `nil` when the request is to go by itself.
    func takeKept(
        _ authority: String, _ peer: ErrorTranslation.Peer
    ) -> (connection: PooledConnection, origin: OfferOrigin)? {
        guard traffic.carriesBytes, takesRequests else { return nil }
        return kept.streams(to: authority, peer)?.take(on: self)
    }

    /// On the event loop.
    /// - Throws: `TransportError` of kind `.pathDown`.
    private func open(idleTimeout: TimeAmount?) throws -> TunnelStream {
        if frames.value.count >= TunnelProtocol.maximumStreams { kept.closeUnused() }
        return try frames.value.open(idleTimeout: idleTimeout)
    }

    /// Sends one request and waits for the answer's head.
    /// - Throws: errors that are not translated; `CancellationError`.
    func exchange(
        _ head: HPACKHeaders, body: RemoteBody, until deadline: NIODeadline, idleTimeout: Duration?
    ) async throws -> (TunnelAnswer, TunnelStreamHandle) {
        try Task.checkCancellation()
        let handle = TunnelStreamHandle(on: loop)
        let answer = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                if loop.inEventLoop {
                    begin(handle, head, body, deadline, idleTimeout, waiter)
                } else {
                    loop.execute { [self] in begin(handle, head, body, deadline, idleTimeout, waiter) }
                }
            }
        } onCancel: {
            handle.cancel()
        }
        return (answer, handle)
    }

    private func begin(
        _ handle: TunnelStreamHandle, _ head: HPACKHeaders, _ body: RemoteBody, _ deadline: NIODeadline,
        _ idleTimeout: Duration?, _ waiter: TunnelStream.HeadWaiter
    ) {
        let stream: TunnelStream
        do {
            stream = try open(idleTimeout: idleTimeout.map { TimeAmount($0) })
        } catch {
            return waiter.resume(throwing: error)
        }
        stream.awaitHead(waiter, until: deadline)
        // Given up before it began: nothing is sent.
        guard handle.opened(stream) else { return }
        switch body {
        case .empty: stream.send(head, isLast: true)
        case .bytes(let bytes):
            stream.send(head, isLast: false)
            stream.write(bytes, isLast: true)
        case .stream(let source, let length):
            stream.send(head, isLast: false)
            stream.upload = TunnelUpload(source: source, length: length, stream: handle).start()
        }
    }

    /// Asks for raw bytes; the exchange stays open both ways.
    func connect(_ head: HPACKHeaders, until deadline: NIODeadline) async throws -> (TunnelAnswer, TunnelStreamHandle) {
        // An extended CONNECT may not be sent before the other end is known to take it (RFC 8441, section 4).
        try await loop.flatSubmit { [frames, loop] in
            let ready = loop.makePromise(of: Void.self)
            frames.value.ready.cascade(to: ready)
            let alarm = loop.scheduleTask(deadline: deadline) { ready.fail(ExchangeFailure.noAnswerInTime) }
            ready.futureResult.whenComplete { _ in alarm.cancel() }
            return ready.futureResult
        }.get()
        try Task.checkCancellation()
        let handle = TunnelStreamHandle(on: loop)
        let answer = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                loop.execute { [self] in
                    do {
                        let stream = try open(idleTimeout: nil)
                        stream.isRaw = true
                        stream.awaitHead(waiter, until: deadline)
                        if handle.opened(stream) { stream.send(head, isLast: false) }
                    } catch {
                        waiter.resume(throwing: error)
                    }
                }
            }
        } onCancel: {
            handle.cancel()
        }
        return (answer, handle)
    }
}

/// How an end of a tunnel behaves.
struct TunnelConduct {
    let mode: NIOHTTP2Handler.ParserMode
    let keepalive: TunnelProtocol.Keepalive
    let tolerance: TunnelProtocol.Tolerance
    /// Whether the other end may ask for raw bytes.
    var carriesBytes = false
}

extension Channel {
    /// HTTP/2 on a connection that has just been upgraded. On its event loop.
    func addTunnel(_ frames: TunnelFrames, _ traffic: TunnelTraffic, _ conduct: TunnelConduct) throws {
        try syncOptions?.setOption(.recvAllocator, value: .growing)
        try pipeline.syncOperations.addHandlers([
            TunnelMeter(traffic: traffic),
            HTTP2FrameAligner(isServer: conduct.mode == .server, frameLimit: TunnelProtocol.frameLimit),
            NIOHTTP2Handler(
                mode: conduct.mode,
                connectionConfiguration: TunnelProtocol.configuration(carriesBytes: conduct.carriesBytes),
                streamConfiguration: TunnelProtocol.streams(conduct.tolerance)),
            TunnelKeepalive(conduct.keepalive, measures: conduct.mode == .client, traffic: traffic),
            frames,
        ])
    }
}

/// Sends a request's body, no faster than the tunnel takes it.
struct TunnelUpload: Sendable {
    let source: AnyByteStream
    /// In bytes; `nil` when nobody knows.
    let length: Int64?
    let stream: TunnelStreamHandle

    /// Beside the task that asked, because the answer may begin while it runs; it belongs to the exchange, which cancels
    /// it at its end and ends itself only after it.
    func start() -> Task<Void, Never> {
        Task(executorPreference: EventLoopExecutor(stream.loop)) {
            let failure: (any Error)?
            do {
                try await send()
                failure = nil
            } catch {
                failure = error
            }
            stream.onLoop { $0.uploadEnded(failure) }
        }
    }

    private func send() async throws {
        var left = length
        var iterator = source.makeAsyncIterator()
        while let chunk = try await next(&iterator) {
            if let rest = left {
                guard chunk.readableBytes <= rest else { throw ExchangeFailure.bodyLength }
                left = rest - Int64(chunk.readableBytes)
            }
            try await stream.write(chunk)
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
