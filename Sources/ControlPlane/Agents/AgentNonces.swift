import DequeModule
import Fleet
import Store

/// Sees to it that each challenge is answered once.
///
/// One process alone keeps them in memory, and takes none from before its own start. Several on one store write them
/// down, as many at a time as come while the ones before are written.
actor AgentNonces {
    private struct Waiting {
        let expiry: Timestamp
        let continuation: CheckedContinuation<Bool, any Error>
    }

    private let context: ControlPlaneContext
    private let start: Timestamp
    private var used: Set<String> = []
    private var order: Deque<(nonce: String, expiry: Timestamp)> = []
    private var waiting: [String: Waiting] = [:]
    private var isWriting = false

    init(context: ControlPlaneContext) {
        self.context = context
        start = context.now()
    }

    private var isShared: Bool { context.database.dialect.hasNotifications }

    /// - Returns: `false` when it was used before.
    func use(_ nonce: AgentNonce) async throws -> Bool {
        if isShared { return try await write(nonce) }
        forgetExpired()
        guard nonce.issued >= start, used.insert(nonce.text).inserted else { return false }
        order.append((nonce.text, nonce.expiry))
        return true
    }

    func isUsed(_ nonce: AgentNonce) async throws -> Bool {
        if isShared { return try await context.read { try $0.isUsedNonce(nonce.text) } }
        return nonce.issued < start || used.contains(nonce.text)
    }

    private func forgetExpired() {
        let now = context.now()
        while let first = order.first, first.expiry < now {
            used.remove(first.nonce)
            order.removeFirst()
        }
    }

    private func write(_ nonce: AgentNonce) async throws -> Bool {
        try await withCheckedThrowingContinuation { continuation in
            guard waiting[nonce.text] == nil else { return continuation.resume(returning: false) }
            waiting[nonce.text] = Waiting(expiry: nonce.expiry, continuation: continuation)
            guard !isWriting else { return }
            isWriting = true
            // Ends when nobody waits any more.
            Task { await writeAll() }
        }
    }

    private func writeAll() async {
        while !waiting.isEmpty {
            let taken = waiting
            waiting = [:]
            do {
                let nonces = taken.mapValues(\.expiry)
                let fresh = try await context.write { try $0.useNonces(nonces) }
                for (nonce, waiting) in taken { waiting.continuation.resume(returning: fresh.contains(nonce)) }
            } catch {
                for waiting in taken.values { waiting.continuation.resume(throwing: error) }
            }
        }
        isWriting = false
    }
}

/// What makes a proof good for one use.
struct AgentNonce: Sendable {
    let text: String
    /// When its challenge was made.
    let issued: Timestamp
    /// Until when it must be remembered.
    let expiry: Timestamp
}
