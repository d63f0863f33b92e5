import Fleet
package import Foundation
import Logging
import Store

/// An answer as it was given, to be given again.
package struct KeptAnswer: Codable, Equatable, Sendable {
    package struct Field: Codable, Equatable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package var status: Int
    package var fields: [Field]
    package var body: Data

    package init(status: Int, fields: [Field], body: Data) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}

/// Sees to it that a request which comes with an idempotency key is carried out once, however often it is sent.
///
/// The key is taken before the request is carried out, and marked in the transaction of the change itself, by
/// `AuditRecorder`. So whoever dies in between leaves behind whether it happened; and an attempt that was so slow that
/// another one took its place can't change anything any more.
package struct IdempotentRequests: Sendable {
    package enum Decision: Sendable {
        /// It is the first: carry it out, then `finish` or `release`.
        case carryOut
        case answer(KeptAnswer)
        case underWay
        /// It was carried out, and nobody knows what was answered.
        case answerLost
        /// The key was used for another request.
        case differs
    }

    /// How long a key is remembered.
    package static let lifetime = Duration.seconds(24 * 3600)
    /// Bytes of an answer's body; those of what takes a key have a few hundred.
    package static let largestAnswer = 64 << 10
    /// How long an attempt whose process may have died keeps others waiting. One that lives and takes longer finds its
    /// key taken when it wants to change something.
    static let lease = Duration.seconds(60)
    /// Of one account; the oldest give way.
    static let maximumKept = 10_000

    let context: ControlPlaneContext
    let sealingKey: SealingKey

    /// The caller as who carries out a request with this key.
    package func claiming(_ key: String, by caller: Caller) -> Caller {
        var claiming = caller
        claiming.claim = IdempotencyClaim(
            userId: caller.principal.userId, credential: caller.principal.token?.id.rawValue ?? "session",
            keyHash: Secret.hash(key), attempt: Secret.make(prefix: ""))
        return claiming
    }

    /// - Parameters:
    ///   - caller: made by `claiming`; without a claim the request is always the first.
    ///   - fingerprint: the same for the same request only.
    package func begin(_ caller: Caller, fingerprint: String) async throws -> Decision {
        guard let claim = caller.claim else { return .carryOut }
        let now = context.now()
        let found = try await context.write { session in
            try session.takeIdempotencyKey(
                claim, fingerprint: fingerprint, now: now, leasedUntil: now + Self.lease, since: now - Self.lifetime)
        }
        guard let found else { return .carryOut }
        guard found.fingerprint == fingerprint else { return .differs }
        if let sealed = found.sealedAnswer {
            let text = try sealingKey.open(sealed, for: purpose(claim, fingerprint))
            return .answer(try JSONDecoder().decode(KeptAnswer.self, from: Data(text.utf8)))
        }
        return found.leasedUntil > now || !found.carriedOut ? .underWay : .answerLost
    }

    /// Keeps the answer. That it can't be kept is no reason not to give it: the request has been carried out.
    /// - Parameter answer: `nil` for one that is too long to be kept.
    package func finish(_ caller: Caller, fingerprint: String, _ answer: KeptAnswer?) async {
        guard let claim = caller.claim else { return }
        await settle {
            let sealed = try answer.map {
                try sealingKey.seal(
                    String(decoding: try JSONEncoder().encode($0), as: UTF8.self), for: purpose(claim, fingerprint))
            }
            try await context.write { try $0.saveAnswer(sealed, of: claim) }
        }
    }

    /// The request failed: unless something was changed before, the next one with the key is the first again.
    package func release(_ caller: Caller) async {
        guard let claim = caller.claim else { return }
        await settle { try await context.write { try $0.releaseIdempotencyKey(claim) } }
    }

    /// In a task of its own, which is waited for: a request that is cancelled must still say how it ended.
    private func settle(_ body: @escaping @Sendable () async throws -> Void) async {
        do {
            try await Task(operation: body).value
        } catch {
            context.logger.warning("how a request ended can't be kept", metadata: ["error": "\(error)"])
        }
    }

    /// Forgets what is older than a day, and the oldest of accounts that have too many.
    func removeOld() async throws {
        let end = context.now() - Self.lifetime
        try await context.write { session in
            try session.deleteIdempotentRequests(before: end)
            try session.deleteIdempotentRequests(beyond: Self.maximumKept)
        }
    }

    private func purpose(_ claim: IdempotencyClaim, _ fingerprint: String) -> String {
        "answer:\(claim.userId):\(claim.credential):\(claim.keyHash):\(fingerprint)"
    }
}
