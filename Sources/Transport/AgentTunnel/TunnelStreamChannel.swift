import DequeModule
import NIOCore
import Synchronization

/// An exchange of raw bytes on a tunnel as a channel: what speaks to a peer over a socket speaks over it as well.
///
/// It ends as a whole: when the other end has said all, and when this one has.
final class TunnelStreamChannel: Channel, ChannelCore, @unchecked Sendable {
    // `@unchecked`: `pipeline` is made in `init`, and all other mutable state is used on the event loop only, on which NIO
    // calls a channel's core.
    let allocator: ByteBufferAllocator
    let eventLoop: any EventLoop
    let parent: (any Channel)?
    var localAddress: SocketAddress? { nil }
    var remoteAddress: SocketAddress? { nil }
    var closeFuture: EventLoopFuture<Void> { closed.futureResult }
    private(set) lazy var pipeline = ChannelPipeline(channel: self)
    var isWritable: Bool { writable.load(ordering: .relaxed) }
    var isActive: Bool { active.load(ordering: .relaxed) }
    var _channelCore: any ChannelCore { self }

    private let closed: EventLoopPromise<Void>
    /// Whether it was the other end that ended it. On the event loop.
    private(set) var isEndedByPeer = false
    private let active = Atomic(false)
    private let writable = Atomic(true)
    private var stream: TunnelStream?
    private var autoRead = true
    private var wantsBytes = false
    private var written: Deque<(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)> = []

    /// On the event loop.
    init(_ stream: TunnelStream, of parent: any Channel) {
        self.stream = stream
        self.parent = parent
        allocator = parent.allocator
        eventLoop = parent.eventLoop
        closed = parent.eventLoop.makePromise()
        _ = pipeline
    }

    /// Once its pipeline is built. On the event loop.
    func activate() {
        active.store(true, ordering: .relaxed)
        pipeline.fireChannelRegistered()
        pipeline.fireChannelActive()
        // It may be over already, and says so here.
        stream?.attach(self)
        readIfAutomatic()
    }

    private func readIfAutomatic() {
        if autoRead, isActive { pipeline.read() }
    }

    private func end(_ reason: any Error) {
        guard active.exchange(false, ordering: .relaxed) else { return }
        stream = nil
        let unsent = written
        written = []
        for (_, promise) in unsent { promise?.fail(reason) }
        pipeline.fireChannelInactive()
        pipeline.fireChannelUnregistered()
        // Whoever is in the middle of something here still has its pipeline.
        eventLoop.execute { [self] in
            removeHandlers(pipeline: pipeline)
            closed.succeed()
        }
    }
}

// MARK: What the other end says

extension TunnelStreamChannel: TunnelStreamReceiver {
    var takesBytes: Bool { wantsBytes }

    func received(_ bytes: ByteBuffer) { pipeline.fireChannelRead(bytes) }

    func receivedAll() {
        wantsBytes = false
        pipeline.fireChannelReadComplete()
        readIfAutomatic()
    }

    func receivedEnd() {
        isEndedByPeer = true
        pipeline.fireChannelReadComplete()
        stream?.close()
        end(ChannelError.eof)
    }

    func failed(_ error: any Error) {
        guard isActive else { return }
        isEndedByPeer = true
        pipeline.fireErrorCaught(error)
        end(error)
    }

    func mayWrite() {
        guard !writable.exchange(true, ordering: .relaxed) else { return }
        pipeline.fireChannelWritabilityChanged()
    }
}

// MARK: What the pipeline asks for

extension TunnelStreamChannel {
    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isActive else { return promise?.fail(ChannelError.ioOnClosedChannel) ?? () }
        guard case .byteBuffer(let bytes) = unwrapData(data, as: IOData.self) else {
            return promise?.fail(ChannelError.operationUnsupported) ?? ()
        }
        written.append((bytes, promise))
    }

    func flush0() {
        guard let stream else { return }
        while let (bytes, promises) = takeWritten() {
            stream.write(bytes, isLast: false) { error in
                for promise in promises {
                    if let error { promise.fail(error) } else { promise.succeed() }
                }
            }
        }
        guard stream.isAhead, writable.exchange(false, ordering: .relaxed) else { return }
        pipeline.fireChannelWritabilityChanged()
    }

    /// Small pieces together: each frame costs both ends the same, however short it is.
    private func takeWritten() -> (ByteBuffer, [EventLoopPromise<Void>])? {
        guard let first = written.popFirst() else { return nil }
        var bytes = first.bytes
        var promises = first.promise.map { [$0] } ?? []
        while let next = written.first,
            bytes.readableBytes + next.bytes.readableBytes <= TunnelProtocol.frameLimit || next.bytes.readableBytes == 0
        {
            written.removeFirst()
            bytes.writeImmutableBuffer(next.bytes)
            if let promise = next.promise { promises.append(promise) }
        }
        return (bytes, promises)
    }

    func read0() {
        guard !wantsBytes, isActive else { return }
        wantsBytes = true
        stream?.deliver()
    }

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else { return promise?.fail(ChannelError.operationUnsupported) ?? () }
        guard isActive else { return promise?.fail(ChannelError.alreadyClosed) ?? () }
        stream?.close()
        end(error)
        promise?.succeed()
    }

    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func channelRead0(_ data: NIOAny) {}

    func errorCaught0(error: any Error) {}

    func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }

    func remoteAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }

    func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }

    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }

    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
}

// MARK: Options

extension TunnelStreamChannel {
    private struct Options: NIOSynchronousChannelOptions {
        let channel: TunnelStreamChannel

        func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws {
            guard option is ChannelOptions.Types.AutoReadOption, let isOn = value as? Bool else {
                throw ChannelError.operationUnsupported
            }
            channel.autoRead = isOn
            if isOn { channel.readIfAutomatic() } else { channel.wantsBytes = false }
        }

        func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
            guard option is ChannelOptions.Types.AutoReadOption, let value = channel.autoRead as? Option.Value else {
                throw ChannelError.operationUnsupported
            }
            return value
        }
    }

    var syncOptions: (any NIOSynchronousChannelOptions)? { Options(channel: self) }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        guard eventLoop.inEventLoop else {
            return eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        return eventLoop.makeCompletedFuture { try Options(channel: self).setOption(option, value: value) }
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        guard eventLoop.inEventLoop else {
            return eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        return eventLoop.makeCompletedFuture { try Options(channel: self).getOption(option) }
    }
}
