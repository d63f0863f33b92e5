package import NIOCore
package import Transport

/// What happens to a connection by itself, for its session: waits that end, and connections that do.
package final class SessionFeed: Sendable {
    package let events: AsyncStream<AgentSession.Event>
    private let feed: AsyncStream<AgentSession.Event>.Continuation
    private let loop: any EventLoop

    /// - Parameter loop: of timers.
    package init(loop: any EventLoop) {
        self.loop = loop
        (events, feed) = AsyncStream.makeStream()
    }

    package func add(_ event: AgentSession.Event) { feed.yield(event) }

    package func wait(_ number: Int, seconds: Double) {
        let delay = TimeAmount.nanoseconds(Int64(seconds * 1_000_000_000))
        loop.scheduleTask(in: delay) { [feed] in feed.yield(.waited(number)) }
    }

    /// Tells of the connection's end, and of the platform's goodbye before it.
    package func watch(_ tunnel: TunnelServer, _ number: Int) {
        let begun = NIODeadline.now()
        @Sendable func held() -> Double { Double((NIODeadline.now() - begun).nanoseconds) / 1_000_000_000 }
        tunnel.goingAway.whenSuccess { [feed] in feed.yield(.sentAway(number, held: held())) }
        tunnel.closed.whenComplete { [feed] _ in feed.yield(.lost(number, held: held())) }
    }
}

extension AgentSession.Event {
    /// What an action came to that threw; `nil` when it was cancelled.
    package init?(_ error: any Error) {
        switch error {
        case let refusal as PlatformRefusal: self = .refused(refusal)
        case let error as TransportError: self = .failed(AgentTrouble(error))
        case is CancellationError: return nil
        default: self = .failed(AgentTrouble("\(error)"))
        }
    }
}
