import Fleet
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle

/// Carries out every batch that is open: those asked for here at once, those of a process that died a little later.
package struct BatchEngine: Service {
    /// How soon a batch of another process's is noticed.
    private static let look = Duration.seconds(2)

    let storage: any BatchStorage
    let actions: [BatchKind: any BatchAction]
    let now: @Sendable () -> Timestamp
    let logger: Logger
    private let desk = BatchMailbox()
    private let running = NIOLockedValueBox<[Identifier<Batch>: BatchMailbox]>([:])

    init(
        storage: any BatchStorage, actions: [BatchKind: any BatchAction], now: @Sendable @escaping () -> Timestamp,
        logger: Logger
    ) {
        self.storage = storage
        self.actions = actions
        self.now = now
        self.logger = logger
    }

    /// A batch was asked for, or a person acted on one.
    func poke(_ id: Identifier<Batch>) {
        running.withLockedValue { $0[id] }?.ring()
        desk.ring()
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await begin()
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await takeUp(&group)
                    await desk.wait(atMost: Self.look)
                }
            }
        }
    }

    private func begin() async {
        do {
            try await storage.begin()
        } catch {
            // Then they are taken up when their holds have run out.
            logger.warning("batches can't be read", metadata: ["error": "\(error)"])
        }
    }

    private func takeUp(_ group: inout DiscardingTaskGroup) async {
        do {
            for id in try await storage.openBatches() {
                guard running.withLockedValue({ $0[id] == nil }), try await storage.hold(id) else { continue }
                let runner = BatchRunner(id: id, storage: storage, actions: actions, now: now, logger: logger)
                running.withLockedValue { $0[id] = runner.mailbox }
                group.addTask {
                    await runner.run()
                    running.withLockedValue { $0[id] = nil }
                    // A person may have acted while it ended.
                    desk.ring()
                }
            }
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("batches can't be read", metadata: ["error": "\(error)"])
        }
    }
}
