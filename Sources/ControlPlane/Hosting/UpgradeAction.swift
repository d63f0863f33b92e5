import Fleet
import Foundation
import Hosting
import Store

/// Puts a hosted service on another image. The old container is kept until the new one is well, and comes back when it
/// does not become so. Data and settings stay.
struct UpgradeAction: BatchAction {
    let work: HostedWork

    /// What an attempt leaves for the next one, and for going back.
    struct Memo: Codable, Equatable {
        /// What it was before.
        var before: Workload
        /// Why the new one is given up; set before the old one is brought back.
        var failure: String?
    }

    func perform(_ item: BatchWork) async -> BatchOutcome {
        await item.hosted(on: item.hostName) {
            var target = try await work.target(item)
            let image = try await work.image(item.batch.parameters.image)
            if let memo = try Memo(item), let failure = memo.failure {
                try await giveUp(item, target, memo, failure)
            }
            if target.workload.isMade(by: item.batch.id) {
                // Written down already: only the old container may be left.
                return try await target.engine.settle(item.serviceId)
            }
            let digest = try await work.pull(image.reference, on: target.engine, item)
            if isThere(image.reference, digest, target.workload) {
                throw EdgewrightError(.notFound, "“\(item.name)” runs \(image.reference) already")
            }
            let memo = Memo(before: target.workload)
            try await item.remember(try memo.text)
            target.record.workload.image = image.reference
            target.record.workload.digest = digest
            target.record.workload.revision = item.batch.id.rawValue
            do {
                try await change(item, target, operation: "service.upgrade", from: memo.before)
            } catch {
                try await failed(error, item, target, memo)
            }
        }
    }

    /// Brings back the image from before, with the data as it is now.
    func undo(_ item: BatchWork) async -> BatchOutcome {
        await item.hosted(on: item.hostName) {
            var target = try await work.target(item)
            guard let memo = try Memo(item) else {
                throw EdgewrightError(.notFound, "“\(item.name)” was not changed")
            }
            guard target.workload.isMade(by: item.batch.id) else {
                return try await takeBack(item, target)
            }
            let changed = target.workload
            target.record.workload.image = memo.before.image
            target.record.workload.digest = memo.before.digest
            target.record.workload.settings = memo.before.settings
            target.record.workload.revision = "\(item.batch.id)-back"
            try await change(item, target, operation: "service.rollback", from: changed)
        }
    }

    /// A change that a crash cut short before it was written down: the old container may still be aside.
    private func takeBack(_ item: BatchWork, _ target: HostedTarget) async throws {
        try await item.confirm()
        guard try await target.engine.restore(item.serviceId) else {
            throw EdgewrightError(.notFound, "“\(item.name)” was not changed, or was changed again since")
        }
        if target.workload.desired == .running { try await target.engine.start(item.serviceId) }
    }

    // MARK: Steps

    private func isThere(_ image: ImageReference, _ digest: String?, _ workload: Workload) -> Bool {
        workload.image == image && digest != nil && workload.digest == digest && workload.drift == nil
    }

    private func change(
        _ item: BatchWork, _ target: HostedTarget, operation: String, from before: Workload
    ) async throws {
        var record = target.record
        item.tell("changing over to \(record.workload.image)")
        record.workload.container = try await target.engine.ensure(work.specification(record, name: item.name))
        if record.workload.desired == .running {
            record.workload.container = try await work.waitUntilWell(item.serviceId, on: target.engine, item)
        }
        record.workload.drift = nil
        try await work.commit(
            record, target, operation: operation, detail: "\(before.image) → \(record.workload.image)")
        try await target.engine.settle(item.serviceId)
        await work.observe(item.serviceId)
    }

    private func failed(
        _ error: any Error, _ item: BatchWork, _ target: HostedTarget, _ memo: Memo
    ) async throws {
        if Task.isCancelled { throw CancellationError() }
        guard let error = error as? HostingError, error.kind != .unreachable else { throw error }
        var memo = memo
        memo.failure = error.message
        try await item.remember(try memo.text)
        try await giveUp(item, target, memo, error.message)
    }

    /// - Throws: always; in words what failed and what runs now.
    private func giveUp(
        _ item: BatchWork, _ target: HostedTarget, _ memo: Memo, _ reason: String
    ) async throws {
        item.tell("bringing back \(memo.before.image)")
        try await item.confirm()
        _ = try await target.engine.restore(item.serviceId)
        var outcome = "it is on \(memo.before.image) again"
        if memo.before.desired == .running {
            do {
                try await target.engine.start(item.serviceId)
                _ = try await work.waitUntilWell(item.serviceId, on: target.engine, item)
            } catch let error as HostingError where error.kind != .unreachable {
                outcome = "\(memo.before.image) is back, but \(error.message)"
            }
        }
        await work.observe(item.serviceId)
        // Whoever has mended the cause may try it anew.
        try await item.remember(try Memo(before: memo.before).text)
        throw HostingError(.invalid, "\(reason); \(outcome)")
    }
}

extension UpgradeAction.Memo {
    init?(_ item: BatchWork) throws {
        guard let text = item.memo else { return nil }
        self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }

    var text: String { get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) } }
}
