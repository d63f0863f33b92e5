import NIOCore
import NIOSSL
import Synchronization

/// Joins two connections so that each gets the other's bytes, whatever they mean.
package enum ByteTunnel {
    /// Copies both ways until both sides have ended, then closes both. The slower side sets the pace; when one side
    /// ends its direction (a half-close), the other may still finish what it has to say.
    ///
    /// Both connections are closed when this returns or throws, cancellation included.
    /// - Parameter idleLimit: how long nothing may pass either way. A peer whose network vanished says nothing, and
    ///   without a limit its tunnel would stay for ever.
    /// - Throws: `TransportError` of kind `.timedOut` after the idle limit; what broke one of the connections off.
    package static func pump(
        _ left: UpgradedConnection, _ right: UpgradedConnection, idleLimit: Duration = .seconds(3600)
    ) async throws {
        let activity = Activity()
        try await left.executeThenClose { leftInbound, leftOutbound in
            try await right.executeThenClose { rightInbound, rightOutbound in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await withThrowingTaskGroup(of: Void.self) { copies in
                            copies.addTask { try await copy(leftInbound, to: rightOutbound, activity) }
                            copies.addTask { try await copy(rightInbound, to: leftOutbound, activity) }
                            // The first that breaks off ends the other, which `waitForAll` would wait for.
                            while try await copies.next() != nil {}
                        }
                    }
                    group.addTask { try await activity.watch(idleLimit) }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        }
    }

    private static func copy(
        _ source: AnyByteStream, to sink: any UpgradedConnection.Outbound, _ activity: Activity
    ) async throws {
        do {
            for try await bytes in source {
                activity.touch()
                try await sink.write(bytes)
            }
        } catch NIOSSLError.uncleanShutdown {
            // Many TLS peers just leave: what they had to say is said.
        }
        try await sink.finish()
    }

    /// When bytes last passed, either way.
    private final class Activity: Sendable {
        /// In nanoseconds of NIO's clock.
        private let last = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)

        func touch() { last.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed) }

        func watch(_ limit: Duration) async throws {
            while true {
                let now = NIODeadline.now().uptimeNanoseconds
                let last = last.load(ordering: .relaxed)
                let silence = Duration.nanoseconds(now > last ? Int64(now - last) : 0)
                guard silence < limit else {
                    throw TransportError(.timedOut, "nothing has passed through the tunnel for \(limit.inSeconds)")
                }
                try await Task.sleep(for: limit - silence)
            }
        }
    }
}
