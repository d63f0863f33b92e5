import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Transport

/// One client's connection, or its stream of one, from any task.
struct ClientConnection: Sendable {
    /// Answers one request, and has done so when it returns.
    typealias Responder = @Sendable (IncomingRequest, ClientConnection) async throws -> Void

    let channel: any Channel
    /// The peer's, without its port; empty when it is not known.
    let address: String
    private let conversation: NIOLoopBound<HTTPConversation>

    /// On the channel's event loop. Its pipeline has what makes parts of HTTP, and gets its end.
    init(on channel: any Channel, limits: ListenerLimits, isStream: Bool = false) throws {
        self.channel = channel
        address = channel.remoteAddress?.ipAddress ?? ""
        let conversation = HTTPConversation(limits: limits, isStream: isStream)
        self.conversation = NIOLoopBound(conversation, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandler(conversation)
    }

    /// Answers one request after the other, until one of the ends has had enough.
    func serve(_ responder: @escaping Responder, _ logger: Logger) async {
        let work = Task(executorPreference: EventLoopExecutor(channel.eventLoop)) {
            await answerAll(responder, logger)
        }
        onLoop { $0.setWork(work) }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
            close()
        }
        onLoop { $0.setWork(nil) }
    }

    private func answerAll(_ responder: Responder, _ logger: Logger) async {
        while !Task.isCancelled, let request = await next() {
            do {
                try await responder(request, self)
            } catch let error as HTTPParserError {
                onLoop { $0.reject(error) }
            } catch {
                // Clients that go are nothing to report; that an answer breaks off for another reason is.
                let isUsual = error is CancellationError || error is ChannelError || error is IOError
                logger.log(
                    level: isUsual || error is TransportError ? .debug : .error, "an answer broke off",
                    metadata: ["path": "\(request.head.path?.prefix { $0 != "?" } ?? "")", "error": "\(error)"])
            }
            onLoop { if !$0.isAnswered { $0.close() } }
        }
        if Task.isCancelled { close() }
    }

    private func next() async -> IncomingRequest? {
        await withCheckedContinuation { waiter in onLoop { $0.next(waiter) } }
    }

    private func close() { onLoop { $0.close() } }

    /// At once when the caller runs there already.
    private func onLoop(_ work: @escaping @Sendable (HTTPConversation) -> Void) {
        if channel.eventLoop.inEventLoop {
            work(conversation.value)
        } else {
            channel.eventLoop.execute { [conversation] in work(conversation.value) }
        }
    }
}

// MARK: For those who answer

extension ClientConnection {
    /// Runs what is done for the client alone, in the task that answers it: that is cancelled when the client goes away, or
    /// has no more to say. What changes something of ours is not to end so.
    func whilePresent<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
        onLoop { $0.setForClientAlone(true) }
        defer { onLoop { $0.setForClientAlone(false) } }
        return try await work()
    }

    /// - Returns: `nil` at the end of the request's body.
    func nextBytes(of request: Int) async throws -> ByteBuffer? {
        try Task.checkCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in onLoop { $0.read(request, waiter) } }
        } onCancel: {
            onLoop { $0.stopReading(request) }
        }
    }

    func answer(_ response: Response) async throws {
        let head = response.head
        onLoop { $0.write(.head(head)) }
        try await response.body.write(AnswerWriter(client: self))
    }

    fileprivate func write(_ bytes: ByteBuffer) async throws {
        try Task.checkCancellation()
        let loop = channel.eventLoop
        let mayGoOn: Bool
        if loop.inEventLoop {
            mayGoOn = try conversation.value.write(bytes)
        } else {
            mayGoOn = try await loop.submit { [conversation] in try conversation.value.write(bytes) }.get()
        }
        guard !mayGoOn else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in onLoop { $0.awaitWritability(waiter) } }
        } onCancel: {
            onLoop { $0.stopWriting() }
        }
    }

    fileprivate func finish(_ trailers: HTTPFields?) { onLoop { $0.finish(trailers) } }
}

private struct AnswerWriter: ResponseBodyWriter {
    let client: ClientConnection

    mutating func write(_ buffer: ByteBuffer) async throws { try await client.write(buffer) }

    consuming func finish(_ trailers: HTTPFields?) async throws { client.finish(trailers) }
}
