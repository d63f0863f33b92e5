import Fleet
import Logging
import ServiceLifecycle

/// Removes old idempotency keys, now and then.
struct IdempotencyReconciler: Service {
    private static let interval = Duration.seconds(300)

    let requests: IdempotentRequests

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // Not all control planes of one store at the same moment. Ends early only by cancellation.
                try? await Task.sleep(for: Self.interval * Double.random(in: 0.5...1))
                if Task.isCancelled { return }
                do {
                    try await requests.removeOld()
                } catch {
                    requests.context.logger.warning(
                        "old idempotency keys can't be removed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
