import NIOCore

/// Stands at the end of a client's channel and tells when the client has gone, or has no more to say: for answers that
/// stream from elsewhere, and that nobody might notice are for nobody any more while nothing streams.
final class ClientWatch: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private var watchers: [UInt64: @Sendable () -> Void] = [:]
    private var last: UInt64 = 0
    private var hasGone = false

    /// Stops watching when it is gone itself.
    final class Registration: Sendable {
        private let end: @Sendable () -> Void

        fileprivate init(end: @Sendable @escaping () -> Void) { self.end = end }

        deinit { end() }
    }

    /// - Returns: `nil` for a channel without a watch. The caller keeps it for as long as it wants to be told.
    static func register(on channel: any Channel, _ action: @Sendable @escaping () -> Void) async -> Registration? {
        if channel.eventLoop.inEventLoop { return registerOnLoop(on: channel, action) }
        let watch = channel.eventLoop.submit { registerOnLoop(on: channel, action) }
        return (try? await watch.get()) ?? nil
    }

    private static func registerOnLoop(on channel: any Channel, _ action: @Sendable @escaping () -> Void)
        -> Registration?
    {
        guard let watch = try? channel.pipeline.syncOperations.handler(type: ClientWatch.self) else {
            // It may have gone already, and its channel's handlers with it.
            if !channel.isActive { action() }
            return nil
        }
        let id = watch.add(action)
        let bound = NIOLoopBound(watch, eventLoop: channel.eventLoop)
        return Registration { [loop = channel.eventLoop] in
            if loop.inEventLoop {
                bound.value.watchers[id] = nil
            } else {
                loop.execute { bound.value.watchers[id] = nil }
            }
        }
    }

    private func add(_ action: @Sendable @escaping () -> Void) -> UInt64 {
        last += 1
        if hasGone { action() } else { watchers[last] = action }
        return last
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { tell() }
        context.fireUserInboundEventTriggered(event)
    }

    /// When the channel is gone its handlers go too. That it has become inactive does not come as far as here: Hummingbird's
    /// handler of the connection's state keeps it to itself.
    func handlerRemoved(context: ChannelHandlerContext) { tell() }

    private func tell() {
        hasGone = true
        for action in watchers.values { action() }
        watchers = [:]
    }
}
