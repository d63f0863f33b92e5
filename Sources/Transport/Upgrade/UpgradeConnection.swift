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

    /// - Parameter timeout: for all of it, from the name look-up to the answer's head.
    /// - Throws: errors of the libraries below, not translated; `CancellationError`.
    func open(_ head: HTTPRequestHead, within timeout: Duration) async throws -> RemoteUpgrade {
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        let loop = group.any()
        let answer = UpgradeAnswer(loop: loop)
        let alarm = loop.scheduleTask(deadline: deadline) { answer.fail(ExchangeFailure.noAnswerInTime) }
        defer { alarm.cancel() }
        return try await withTaskCancellationHandler {
            connect(head, tls, answer, on: loop, within: timeout)
            return try await answer.future.get()
        } onCancel: {
            answer.fail(CancellationError())
        }
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
        let connected =
            switch endpoint.address {
            case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
            case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        connected.whenFailure { answer.fail($0) }
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

/// What becomes of the request for an upgrade, decided once, on the connection's event loop: the time limit, the
/// caller's cancellation and the peer's answer may all come at the same moment, and a raw channel that is made must
/// reach somebody who closes it.
struct UpgradeAnswer: Sendable {
    private let state: NIOLoopBoundBox<Bool>
    private let promise: EventLoopPromise<RemoteUpgrade>
    private let loop: any EventLoop

    init(loop: any EventLoop) {
        self.loop = loop
        state = .makeBoxSendingValue(false, eventLoop: loop)
        promise = loop.makePromise()
    }

    var future: EventLoopFuture<RemoteUpgrade> { promise.futureResult }

    /// From any thread. Does nothing once there is an answer.
    func fail(_ error: any Error) {
        loop.execute {
            guard !state.value else { return }
            state.value = true
            promise.fail(error)
        }
    }

    /// On the event loop. `make` is not called when there is an answer already.
    func succeed(_ make: () throws -> RemoteUpgrade) {
        guard !state.value else { return }
        state.value = true
        do {
            promise.succeed(try make())
        } catch {
            promise.fail(error)
        }
    }
}
