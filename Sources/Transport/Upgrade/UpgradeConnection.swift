import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One connection of its own, on which the peer is asked to leave HTTP/1.1.
struct UpgradeConnection {
    let endpoint: RemoteEndpoint
    let tls: NIOSSLContext?
    let targets: TargetGuard
    let group: any EventLoopGroup

    /// The raw bytes in both directions, or the peer's refusal.
    /// - Parameter timeout: for all of it, from the name look-up to the answer's head.
    /// - Throws: errors of the libraries below, not translated; `CancellationError`.
    func open(_ head: HTTPRequestHead, within timeout: Duration) async throws -> RemoteUpgrade {
        let outcome = UpgradeOutcome<RemoteUpgrade> { head, channel in
            let raw = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            return RemoteUpgrade(response: head, channel: .socket(raw))
        } refused: { head, _ in
            RemoteUpgrade(response: head)
        }
        // After the upgrade each direction ends for itself.
        return try await ask(head, within: timeout, halfClosure: true, outcome)
    }

    /// - Parameter timeout: for all of it, from the name look-up to the answer.
    /// - Throws: errors of the libraries below, not translated; what `outcome` throws; `CancellationError`.
    func ask<Value>(
        _ head: HTTPRequestHead, within timeout: Duration, halfClosure: Bool = false,
        _ outcome: UpgradeOutcome<Value>
    ) async throws -> Value {
        let limit = TimeAmount(timeout)
        let loop = group.any()
        // The time limit, the caller's cancellation and the peer's answer may all come at the same moment.
        let answer = Handover<Value>(on: loop)
        let alarm = loop.scheduleTask(in: limit) { answer.fail(ExchangeFailure.noAnswerInTime) }
        defer { alarm.cancel() }
        let connector = EndpointConnector(endpoint: endpoint, targets: targets)
        connector.connect(on: loop, within: limit, halfClosure: halfClosure) { [tls, endpoint] channel in
            // Whatever the outcome, a connection that nobody got is closed.
            answer.future.whenFailure { _ in channel.close(promise: nil) }
            if let tls { try channel.pipeline.syncOperations.addHandler(endpoint.tlsHandler(tls)) }
            try UpgradeClientHandler.add(to: channel, asking: head, answer, outcome)
        }.whenFailure { answer.fail($0) }
        return try await answer.value()
    }
}

extension RemoteUpgrade {
    /// Gives the connection up, for a caller that can't use it after all. Does nothing to a refused one.
    package func close() async { await channel?.close() }
}
