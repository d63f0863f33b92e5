import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What becomes of the request for an upgrade.
typealias UpgradeAnswer = Handover<RemoteUpgrade>

/// One connection of its own, on which the peer is asked to leave HTTP/1.1.
struct UpgradeConnection {
    let endpoint: RemoteEndpoint
    let tls: NIOSSLContext?
    let targets: TargetGuard
    let group: any EventLoopGroup

    /// - Parameter timeout: for all of it, from the name look-up to the answer's head.
    /// - Throws: errors of the libraries below, not translated; `CancellationError`.
    func open(_ head: HTTPRequestHead, within timeout: Duration) async throws -> RemoteUpgrade {
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        let loop = group.any()
        // The time limit, the caller's cancellation and the peer's answer may all come at the same moment.
        let answer = UpgradeAnswer(on: loop)
        let alarm = loop.scheduleTask(deadline: deadline) { answer.fail(ExchangeFailure.noAnswerInTime) }
        defer { alarm.cancel() }
        connect(head, tls, answer, on: loop, within: timeout)
        return try await answer.value()
    }

    private func connect(
        _ head: HTTPRequestHead, _ tls: NIOSSLContext?, _ answer: UpgradeAnswer, on loop: any EventLoop,
        within timeout: Duration
    ) {
        let serverName = endpoint.serverName
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(timeout))
            // After the upgrade each direction ends for itself.
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { [targets] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TargetGuardHandler(targets: targets))
                    // Whatever the outcome, a connection that nobody got is closed.
                    answer.future.whenFailure { _ in channel.close(promise: nil) }
                    try Self.addHandlers(to: channel, tls, serverName, head, answer)
                }
            }
        bootstrap.connect(to: endpoint).whenFailure { answer.fail($0) }
    }

    private static func addHandlers(
        to channel: any Channel, _ tls: NIOSSLContext?, _ serverName: String?, _ head: HTTPRequestHead,
        _ answer: UpgradeAnswer
    ) throws {
        let operations = channel.pipeline.syncOperations
        if let tls { try operations.addHandler(try NIOSSLClientHandler(context: tls, serverHostname: serverName)) }
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(
            HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: .answers))
        try operations.addHandlers([encoder, decoder])
        try operations.addHandler(UpgradeClientHandler(head: head, answer: answer, encoder: encoder, decoder: decoder))
    }
}

extension RemoteUpgrade {
    /// Gives the connection up, for a caller that can't use it after all. Does nothing to a refused one.
    package func close() async {
        guard let channel else { return }
        // Never thrown by a body that does nothing; a connection that is broken already is as good as closed.
        try? await channel.executeThenClose { _, _ in }
    }
}
