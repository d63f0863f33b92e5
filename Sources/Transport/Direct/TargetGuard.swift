import NIOCore
import Synchronization

/// What must not be reached, whoever asks: whoever may add a service could otherwise read the cloud's metadata, or speak
/// to the platform as one of its own.
///
/// Looked at when a connection is there, and before anything is sent: a name may stand for any address.
package final class TargetGuard: Sendable {
    /// Link-local addresses: no edge service has one, and clouds serve their machines' secrets there.
    package static let linkLocal = ["169.254.0.0/16", "fe80::/10"].compactMap(AddressRange.init)

    /// Addresses that lead to no other machine.
    package static let loopback = ["127.0.0.0/8", "::1/128", "::ffff:127.0.0.0/104"].compactMap(AddressRange.init)

    private let refused: [AddressRange]
    private let ownPorts = Mutex<[Int]>([])

    package init(refused: [AddressRange] = TargetGuard.linkLocal) { self.refused = refused }

    /// The platform's own listeners are none of its services.
    package func refuseListeners(ports: [Int]) { ownPorts.withLock { $0 = ports } }

    /// - Returns: why the connection must not be used; `nil` when it may.
    func objection(to channel: any Channel) -> ExchangeFailure? {
        guard let remote = channel.remoteAddress, let address = remote.ipAddress else { return nil }
        if refused.contains(where: { $0.contains(address) }) { return .refusedTarget }
        // Both ends on one address, or one that leads to no other machine: it is this one, whatever it is called.
        let isHere = channel.localAddress?.ipAddress == address || Self.loopback.contains { $0.contains(address) }
        guard isHere, let port = remote.port else { return nil }
        return ownPorts.withLock { $0.contains(port) } ? .ownListener : nil
    }
}

/// First in every connection to a peer: holds everything back from one that must not be used, TLS's greeting too.
final class TargetGuardHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let targets: TargetGuard
    private let onObjection: (ExchangeFailure) -> Void

    /// - Parameter onObjection: told on the event loop, before the connection is closed.
    init(targets: TargetGuard, onObjection: @escaping (ExchangeFailure) -> Void = { _ in }) {
        self.targets = targets
        self.onObjection = onObjection
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let objection = targets.objection(to: context.channel) else {
            context.fireChannelActive()
            // Nothing more to see: bytes need not pass through here.
            return context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
        onObjection(objection)
        context.fireErrorCaught(objection)
        context.close(promise: nil)
    }
}
