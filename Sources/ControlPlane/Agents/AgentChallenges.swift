import AgentIdentity
import Crypto
import Fleet
import Foundation
import NIOConcurrencyHelpers

/// What agents must sign, and what is looked at in what they have signed.
///
/// A challenge is not kept: it carries a code of its own, which every control plane on the store can check. That it is
/// used only once is for the store to see.
struct AgentChallenges: Sendable {
    static let lifetime = Duration.seconds(60)
    /// Clocks of several control planes differ a little.
    private static let skew = Duration.seconds(10)
    private static let longestProof = 300
    /// Seconds since 1970.
    private static let possibleTimes: Range<Int64> = 0..<(1 << 40)

    /// The platform's name in proofs.
    let audience: String
    private let key: SymmetricKey
    private let now: @Sendable () -> Timestamp
    private let admission: NIOLockedValueBox<AdmissionControl>
    private let strangers: NIOLockedValueBox<AdmissionControl>
    private let nonces: AgentNonces
    private let metrics = AgentMetrics()

    init(audience: String, key: SymmetricKey, limits: AdmissionControl.Limits, context: ControlPlaneContext) {
        self.audience = audience
        self.key = key
        now = context.now
        nonces = AgentNonces(context: context)
        admission = NIOLockedValueBox(AdmissionControl(limits: limits, at: context.now()))
        strangers = NIOLockedValueBox(AdmissionControl(limits: Self.strangersAtOnce, at: context.now()))
    }

    /// - Throws: `.unavailable` with the time at which there is a place, when too many come at once.
    func make() throws -> AgentChallenge {
        let now = now()
        let spread = Double.random(in: 0..<1)
        if case .comeBack(let seconds) = admission.withLockedValue({ $0.decide(at: now, spread: spread) }) {
            metrics.agentSentAway()
            throw EdgewrightError(
                .unavailable, "Too many agents come at once; this one has a place in \(seconds) seconds.",
                retryAfter: .seconds(seconds - 1))
        }
        let text = "\(now.milliseconds).\(Secret.make(prefix: ""))"
        return AgentChallenge(
            audience: audience, nonce: "\(text).\(code(text))", issuedAt: now.milliseconds / 1000,
            expiresAt: (now + Self.lifetime).milliseconds / 1000)
    }

    /// One was let in, and counts among those that come at once; agents that nobody has claimed among themselves only:
    /// anybody can be one, and must keep none of the others out.
    func admitted(isStranger: Bool) {
        let now = now()
        (isStranger ? strangers : admission).withLockedValue { $0.admitted(at: now) }
    }

    /// - Throws: `.unavailable` when too many come at once that nobody has claimed.
    func checkStranger() throws {
        let now = now()
        let spread = Double.random(in: 0..<1)
        if case .comeBack(let seconds) = strangers.withLockedValue({ $0.decide(at: now, spread: spread) }) {
            throw EdgewrightError(
                .unavailable, "Too many agents come that nobody has claimed.", retryAfter: .seconds(seconds - 1))
        }
    }

    private static let strangersAtOnce = AdmissionControl.Limits(perSecond: 10, burst: 20, longestWait: 60)

    /// - Returns: what the proof uses up.
    /// - Throws: `.unauthenticated`.
    func check(_ proof: AgentProof, for purpose: AgentProof.Purpose) throws -> AgentNonce {
        guard proof.audience == audience else {
            throw Self.refusal("is meant for another platform")
        }
        guard proof.purpose == purpose else { throw Self.refusal("is not meant for this") }
        let parts = proof.nonce.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard proof.nonce.utf8.count <= 300, parts.count == 3, let made = Int64(parts[0]),
            Secret.equal(parts[2], code("\(parts[0]).\(parts[1])"))
        else { throw Self.refusal("does not answer a challenge of this platform") }
        let (now, issued) = (now(), Timestamp(milliseconds: made))
        guard now.since(issued) <= Self.lifetime + Self.skew, issued.since(now) <= Self.skew else {
            throw Self.refusal("answers a challenge that has expired")
        }
        let seconds = now.milliseconds / 1000
        // Of numbers of any size: what an agent writes must not overflow.
        guard Self.possibleTimes.contains(proof.issuedAt), Self.possibleTimes.contains(proof.expiresAt) else {
            throw Self.refusal("has times that are none")
        }
        guard proof.expiresAt >= seconds - 1, proof.issuedAt <= seconds + Self.skew.components.seconds,
            proof.expiresAt - proof.issuedAt <= Int64(Self.longestProof)
        else { throw Self.refusal("has expired") }
        guard (1...100).contains(proof.instance.utf8.count) else { throw Self.refusal("names no instance") }
        return AgentNonce(text: proof.nonce, issued: issued, expiry: issued + Self.lifetime + Self.skew * 2)
    }

    /// Uses it up.
    /// - Throws: `.unauthenticated` when it was used before.
    func use(_ nonce: AgentNonce) async throws {
        guard try await nonces.use(nonce) else { throw Self.refusal("was used before") }
    }

    /// - Throws: `.unauthenticated` when it was used before.
    func refuseUsed(_ nonce: AgentNonce) async throws {
        guard try await !nonces.isUsed(nonce) else { throw Self.refusal("was used before") }
    }

    static func refusal(_ reason: String) -> EdgewrightError {
        EdgewrightError(.unauthenticated, "The agent's proof \(reason).")
    }

    private func code(_ text: String) -> String {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension SignedProof {
    /// - Throws: `.unauthenticated` for what is no proof.
    init(checking text: String) throws {
        do { try self.init(text) } catch { throw AgentChallenges.refusal("can't be read") }
    }

    /// - Parameter publicKey: 32 bytes in base64.
    /// - Throws: `.unauthenticated` when it is not signed by it.
    func checked(with publicKey: String) throws -> AgentProof {
        try checked(with: Data(base64Encoded: publicKey) ?? Data())
    }

    /// - Parameter publicKey: 32 bytes.
    /// - Throws: `.unauthenticated` when it is not signed by it.
    func checked(with publicKey: Data) throws -> AgentProof {
        do {
            return try verified(with: publicKey)
        } catch {
            throw AgentChallenges.refusal("is not signed by the key that it names")
        }
    }
}
