import Client
import Fleet

/// The same for several services, some at a time; one that fails does not hold up the others.
struct ServiceWork: Sendable {
    struct Failure: Sendable, Encodable {
        let service: String
        let reason: String
    }

    /// Requests at once: enough to hide the way to the server, too few to crowd others out.
    private static let concurrency = 8

    let session: ClientSession
    let title: String

    /// - Throws: `CommandFailure` when some or all failed, after having said which.
    func perform(
        on services: [EdgeService], _ work: @escaping @Sendable (EdgeService) async throws -> Void
    ) async throws {
        let progress = ProgressDisplay(title: title, total: Int64(services.count), unit: .count, session.console)
        let failures = await run(services, progress, work)
        progress.finish()
        guard !failures.isEmpty else { return }
        let rows = failures.map { [$0.service, $0.reason] }
        session.console.warn(TextTable(titles: ["SERVICE", "REASON"], rows: rows).text(styled: false))
        let status: ProgramStatus = failures.count == services.count ? .failed : .partlyFailed
        throw CommandFailure(status, "\(failures.count) of \(services.count) services failed.")
    }

    private func run(
        _ services: [EdgeService], _ progress: ProgressDisplay,
        _ work: @escaping @Sendable (EdgeService) async throws -> Void
    ) async -> [Failure] {
        await withTaskGroup(of: Failure?.self) { group in
            var waiting = services.makeIterator()
            var failures: [Failure] = []
            var done: Int64 = 0
            func startNext() {
                guard let service = waiting.next() else { return }
                group.addTask { await Self.attempt(service, work) }
            }
            for _ in 0..<Self.concurrency { startNext() }
            for await failure in group {
                done += 1
                if let failure { failures.append(failure) }
                progress.show(done)
                startNext()
            }
            return failures.sorted { $0.service < $1.service }
        }
    }

    private static func attempt(
        _ service: EdgeService, _ work: @Sendable (EdgeService) async throws -> Void
    ) async -> Failure? {
        do {
            try await work(service)
            return nil
        } catch {
            return Failure(service: service.name, reason: FailureReport(error)?.message ?? "\(error)")
        }
    }
}
