import NIOCore

/// A value for one who waits for it, and who may give up before it comes: then it goes elsewhere. Decided once, on the
/// event loop.
struct Handover<Value: Sendable>: Sendable {
    private let loop: any EventLoop
    private let promise: EventLoopPromise<Value>
    private let isDecided: NIOLoopBoundBox<Bool>

    init(on loop: any EventLoop) {
        self.loop = loop
        promise = loop.makePromise()
        isDecided = .makeBoxSendingValue(false, eventLoop: loop)
    }

    /// From any thread. Does nothing once it is decided.
    func fail(_ error: any Error) {
        loop.execute {
            guard !isDecided.value else { return }
            isDecided.value = true
            promise.fail(error)
        }
    }

    /// From any thread.
    /// - Parameter otherwise: called on the event loop when nobody waits any more.
    func succeed(_ value: Value, otherwise: @escaping @Sendable () -> Void) {
        loop.execute {
            guard !isDecided.value else { return otherwise() }
            isDecided.value = true
            promise.succeed(value)
        }
    }

    var future: EventLoopFuture<Value> { promise.futureResult }

    /// On the event loop. `make` is not called once it is decided: what it makes must reach somebody.
    func settle(_ make: () throws -> Value) {
        guard !isDecided.value else { return }
        isDecided.value = true
        promise.completeWith(Result(catching: make))
    }

    /// - Throws: `CancellationError` when the calling task is cancelled first.
    func value() async throws -> Value {
        try await withTaskCancellationHandler {
            try await future.get()
        } onCancel: {
            fail(CancellationError())
        }
    }
}
