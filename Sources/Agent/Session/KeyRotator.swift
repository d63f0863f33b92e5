import AgentIdentity
import Fleet
import Logging
import Transport

/// Why the key was not changed, or is not known to be, in a sentence for whoever asked for it.
package struct RotationFailure: Error, Equatable, CustomStringConvertible {
    package let description: String
    /// The platform may know the new key all the same: dialling tells.
    package let isInDoubt: Bool

    init(_ description: String, isInDoubt: Bool) {
        self.description = description
        self.isInDoubt = isInDoubt
    }
}

/// Has the platform know the agent by a new key.
///
/// It may end at any moment and be begun again: the new key is on the disk before the platform hears of it, and is the
/// same in every attempt until one is known to have come through.
package struct KeyRotator: Sendable {
    private static let attempts = 5
    private static let longestWait = 15.0

    private let keys: KeyStore
    private let platform: PlatformClient

    package init(keys: KeyStore, platform: PlatformClient) {
        self.keys = keys
        self.platform = platform
    }

    /// Returns when the platform knows the new key. Making it the agent's own is left to the caller.
    /// - Throws: `RotationFailure`; `AgentKeyPair.FileError`; `CancellationError`.
    package func rotate() async throws {
        // Of one that was made at an earlier time nobody knows who has heard of it.
        var isUnheard = !keys.hasNext
        let next = try keys.prepareNext()
        var reason = ""
        for attempt in 1...Self.attempts {
            // Dialling may have found it out meanwhile.
            if keys.current.fingerprint == next.fingerprint { return }
            do {
                let challenge = try await platform.challenge()
                return try await platform.rotate(over: challenge, from: keys.current, to: next)
            } catch let refusal as PlatformRefusal {
                // A proxy that says so may have passed the request on.
                if refusal.status >= 500 { isUnheard = false }
                if let failure = Self.failure(refusal) {
                    if isUnheard { keys.discardNext() }
                    throw failure
                }
                reason = Self.words(refusal)
                // Anew at once, where the challenge was too old or the proof seen before.
                let pause = refusal.status == 401 ? 0 : refusal.retryAfter ?? Self.pause(after: attempt)
                if attempt < Self.attempts { try await Task.sleep(for: .seconds(pause)) }
            } catch let error as TransportError {
                isUnheard = false
                reason = error.message
                if attempt < Self.attempts { try await Task.sleep(for: .seconds(Self.pause(after: attempt))) }
            }
        }
        throw RotationFailure(
            "The platform did not say whether it knows the new key (\(reason)). Both keys are kept, and the agent finds "
                + "out when it dials; ask again later.", isInDoubt: true)
    }

    /// In seconds; not in step with the other agents that a platform has just failed.
    private static func pause(after attempt: Int) -> Double { Double(attempt) * .random(in: 0.75...1.25) }

    /// - Returns: `nil` where it is worth while to ask again now.
    private static func failure(_ refusal: PlatformRefusal) -> RotationFailure? {
        switch refusal.status {
        case 429 where refusal.retryAfter ?? 0 > longestWait, 503 where refusal.retryAfter ?? 0 > longestWait:
            RotationFailure("The platform does not change the key now: \(words(refusal))", isInDoubt: false)
        case 401, 429, 500...: nil
        case 404:
            RotationFailure(
                "The platform does not know the agent's present key (\(words(refusal))). If an earlier change came "
                    + "through, the agent finds out when it dials.", isInDoubt: true)
        default: RotationFailure("The platform does not change the key: \(words(refusal))", isInDoubt: false)
        }
    }

    private static func words(_ refusal: PlatformRefusal) -> String {
        refusal.detail.isEmpty ? "status \(refusal.status)" : refusal.detail
    }
}
