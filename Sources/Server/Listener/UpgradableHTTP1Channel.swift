import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import ServiceLifecycle
import Transport

/// HTTP/1.1 for Hummingbird's server, with a gate in front that lets connections leave HTTP.
struct UpgradableHTTP1Channel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let opening: EventLoopFuture<ConnectionOpening>
        fileprivate let gate: NIOLoopBound<UpgradeGate>
        let channel: any Channel
    }

    let responder: ClientConnection.Responder
    let upgrades: any UpgradeResponder
    let limits: ListenerLimits
    let isSecure: Bool

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let opening = channel.eventLoop.makePromise(of: ConnectionOpening.self)
            let operations = channel.pipeline.syncOperations
            let gate = UpgradeGate(
                decoding: try RequestDecoding.add(to: operations, limits: limits.decoder), isSecure: isSecure,
                firstRequestTimeout: TimeAmount(limits.firstRequestTimeout), opening: opening
            ) { channel in
                try channel.pipeline.syncOperations.addHandler(HTTP1TypesCodec(isSecure: isSecure))
                return try ClientConnection(on: channel, limits: limits)
            }
            try operations.addHandler(gate)
            return Value(
                opening: opening.futureResult, gate: NIOLoopBound(gate, eventLoop: channel.eventLoop), channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        // What is said then changes no thread on its way through: what blocks (the store, password hashing) has its own.
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await converse(value, logger)
        }
    }

    private func converse(_ value: Value, _ logger: Logger) async {
        do {
            switch try await value.opening.get() {
            case .http(let client): await client.serve(responder, logger)
            case .asks(let request): try await handle(request, of: value, logger)
            }
        } catch is HTTPParserError {
            // The gate has answered, and closes when the client has had time to read it.
            try? await value.channel.closeFuture.get()
        } catch {
            logger.debug("a connection ended", metadata: ["error": "\(error)"])
            value.channel.close(promise: nil)
        }
    }

    private func handle(_ request: UpgradeRequest, of value: Value, _ logger: Logger) async throws {
        let (loop, gate) = (value.channel.eventLoop, value.gate)
        guard let upgrade = await decide(request, while: value.channel, logger) else {
            let http = try await loop.submit { try gate.value.refuse() }.get()
            return await http.serve(responder, logger)
        }
        let upgraded: UpgradedChannel
        do {
            upgraded = try await loop.flatSubmit { gate.value.accept(upgrade) }.get()
        } catch {
            await upgrade.abandoned()
            throw error
        }
        guard case .running(let raw, let run) = upgraded else { return }
        // An upgraded connection has no end of its own that stopping could wait for.
        defer { value.channel.close(promise: nil) }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await run(raw, logger)
        } onCancelOrGracefulShutdown: {
            value.channel.close(promise: nil)
        }
    }

    /// - Returns: `nil` when it was refused.
    private func decide(
        _ request: UpgradeRequest, while channel: any Channel, _ logger: Logger
    ) async -> AcceptedUpgrade? {
        let (open, close) = AsyncStream.makeStream(of: Never.self)
        channel.closeFuture.whenComplete { _ in close.finish() }
        return await withTaskGroup(of: AcceptedUpgrade??.self) { group in
            group.addTask {
                do {
                    return .some(try await upgrades.upgrade(request))
                } catch {
                    logger.debug("an upgrade was refused", metadata: ["error": "\(error)"])
                    return .some(nil)
                }
            }
            // A client that has gone needs no decision.
            group.addTask {
                for await _ in open {}
                return nil
            }
            var decision: AcceptedUpgrade?
            for await outcome in group {
                if let outcome { decision = outcome }
                group.cancelAll()
            }
            return decision
        }
    }
}
