import DequeModule
package import NIOCore
import NIOHPACK
import Synchronization

/// An exchange on a tunnel, from any thread.
struct TunnelStreamHandle: Sendable {
    let loop: any EventLoop
    /// Filled on the event loop, before anything else is asked of it.
    private let stream: NIOLoopBoundBox<TunnelStream?>
    private let isGivenUp: NIOLoopBoundBox<Bool>

    /// An exchange that is still to be opened.
    init(on loop: any EventLoop) {
        self.loop = loop
        stream = .makeEmptyBox(valueType: TunnelStream.self, eventLoop: loop)
        isGivenUp = .makeBoxSendingValue(false, eventLoop: loop)
    }

    /// On the event loop.
    init(_ stream: TunnelStream, on loop: any EventLoop) {
        self.loop = loop
        self.stream = NIOLoopBoundBox(stream, eventLoop: loop)
        isGivenUp = .makeBoxSendingValue(false, eventLoop: loop)
    }

    /// On the event loop.
    /// - Returns: `false` when whoever asked has given up already; the exchange is over then.
    func opened(_ opened: TunnelStream) -> Bool {
        stream.value = opened
        guard isGivenUp.value else { return true }
        opened.fail(CancellationError())
        return false
    }

    /// On the event loop: at once when it is this one.
    func onLoop(_ work: @escaping @Sendable (TunnelStream) -> Void) {
        if loop.inEventLoop {
            if let stream = stream.value { work(stream) }
        } else {
            loop.execute { [stream] in
                if let stream = stream.value { work(stream) }
            }
        }
    }

    func cancel() {
        if loop.inEventLoop { return giveUp() }
        loop.execute { giveUp() }
    }

    private func giveUp() {
        isGivenUp.value = true
        stream.value?.fail(CancellationError())
    }

    /// - Parameter endsExchange: cancelling ends all of it, and not the reading alone.
    /// - Returns: what has come, at least one piece; `nil` at the end.
    func next(endsExchange: Bool) async throws -> [ByteBuffer]? {
        try Task.checkCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in onLoop { $0.read(continuation) } }
        } onCancel: {
            if endsExchange { cancel() } else { onLoop { $0.stopReading() } }
        }
    }

    func write(_ bytes: ByteBuffer) async throws {
        try Task.checkCancellation()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                onLoop { $0.write(bytes, isLast: false, continuation) }
            }
        } onCancel: {
            onLoop { $0.stopWriting() }
        }
    }

    func end() { onLoop { $0.end() } }

    /// Returns when all that was written has left.
    func drain() async throws {
        try await withCheckedThrowingContinuation { continuation in onLoop { $0.awaitDrained(continuation) } }
    }

    func send(_ headers: HPACKHeaders, isLast: Bool) { onLoop { $0.send(headers, isLast: isLast) } }

    /// Head and body at once.
    func send(_ headers: HPACKHeaders, whole bytes: ByteBuffer) {
        onLoop { stream in
            guard bytes.readableBytes > 0 else { return stream.send(headers, isLast: true) }
            stream.send(headers, isLast: false)
            stream.write(bytes, isLast: true)
        }
    }
}

/// Reads what the other end sends.
final class TunnelBodyReader: BodyReader {
    private let stream: TunnelStreamHandle
    /// At the platform's end: what breaks the body off is told in these words, and the exchange ends when the last one
    /// who could read is gone.
    private let translation: ErrorTranslation?
    /// What has come and was not asked for yet.
    private let pieces = Mutex<Deque<ByteBuffer>>([])

    init(_ stream: TunnelStreamHandle, _ translation: ErrorTranslation? = nil) {
        self.stream = stream
        self.translation = translation
    }

    func next() async throws -> ByteBuffer? {
        if let piece = pieces.withLock({ $0.popFirst() }) { return piece }
        do {
            guard let come = try await stream.next(endsExchange: translation != nil) else { return nil }
            return pieces.withLock { pieces in
                pieces.append(contentsOf: come)
                return pieces.popFirst()
            }
        } catch {
            throw translation?.translate(error) ?? error
        }
    }

    func cancel() {
        if translation != nil { stream.cancel() } else { stream.onLoop { $0.stopReading() } }
    }

    deinit {
        if translation != nil { stream.onLoop { $0.abandon() } }
    }
}

/// Raw bytes over one exchange of a tunnel (RFC 8441).
package struct TunnelUpgrade: UpgradedConnection.Outbound {
    let stream: TunnelStreamHandle

    package func write(_ bytes: ByteBuffer) async throws { try await stream.write(bytes) }

    package func finish() async throws { stream.end() }
}
