import Fleet
import NIOConcurrencyHelpers

/// Images that batches have fetched: a hundred services on one host ask its registry once.
final class ImagePulls: Sendable {
    struct Key: Hashable {
        let batch: Identifier<Batch>
        let host: Identifier<EdgeHost>?
        let image: ImageReference
    }

    private typealias Answer = Result<String?, any Error>

    private enum Entry {
        /// Somebody fetches it; these wait for what comes of that.
        case underWay([CheckedContinuation<Answer?, Never>])
        case done(digest: String?, at: Timestamp)
    }

    /// After so long a tag may mean something else, or the image be gone from the host.
    private static let validity = Duration.seconds(600)

    private let entries = NIOLockedValueBox<[Key: Entry]>([:])

    /// What `fetch` returns, or has returned to another target of the same batch on the same host. When it fails, those
    /// that wait for it fail with it; who comes later tries again.
    func digest(
        _ key: Key, now: @Sendable () -> Timestamp, _ fetch: () async throws -> String?
    ) async throws -> String? {
        if let known = await join(key, at: now()) { return try known.get() }
        do {
            let digest = try await fetch()
            finish(key, .success(digest), at: now())
            return digest
        } catch {
            finish(key, .failure(error), at: now())
            throw error
        }
    }

    /// - Returns: `nil` when the caller is the one to fetch it. All who wait are of one batch, so whatever cancels them
    ///   cancels the one they wait for.
    private func join(_ key: Key, at now: Timestamp) async -> Answer? {
        await withCheckedContinuation { (continuation: CheckedContinuation<Answer?, Never>) in
            let answer: Answer?? = entries.withLockedValue { entries in
                switch entries[key] {
                case .underWay(let waiting):
                    entries[key] = .underWay(waiting + [continuation])
                    return .none
                case .done(let digest, let at) where now < at + Self.validity: return .some(.success(digest))
                case .done, nil:
                    entries[key] = .underWay([])
                    return .some(nil)
                }
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func finish(_ key: Key, _ answer: Answer, at now: Timestamp) {
        let waiting = entries.withLockedValue { entries in
            guard case .underWay(let waiting) = entries[key] else { return [CheckedContinuation<Answer?, Never>]() }
            entries = entries.filter { if case .done(_, let at) = $0.value { now < at + Self.validity } else { true } }
            entries[key] = nil
            if case .success(let digest) = answer { entries[key] = .done(digest: digest, at: now) }
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: answer) }
    }
}
