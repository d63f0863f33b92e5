import AgentIdentity
package import Fleet
import Foundation
import Store

/// Lets agents in for the first time, and gives them new keys.
package struct AgentEnrollment: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let challenges: AgentChallenges
    let changes: AgentChanges
    /// Whether agents may come without a token, to be claimed.
    let takesUnmanaged: Bool
    private let throttle = EnrollmentThrottle()

    init(
        context: ControlPlaneContext, recorder: AuditRecorder, challenges: AgentChallenges, changes: AgentChanges,
        takesUnmanaged: Bool
    ) {
        self.context = context
        self.recorder = recorder
        self.challenges = challenges
        self.changes = changes
        self.takesUnmanaged = takesUnmanaged
    }

    /// With a token the agent belongs to the token's project from now on; without one somebody has to claim it. Whoever is
    /// known already gets the same answer again.
    /// - Throws: `.unauthenticated` for a proof that is none, `.permissionDenied` for a token that is not good or a key that
    ///   is revoked, `.rateLimited` and `.unavailable` when too many come without a token.
    package func enrollAgent(_ request: EnrollAgentRequest, address: String) async throws -> EnrolledAgent {
        let proof = try SignedProof(checking: request.proof).checked(with: request.publicKey)
        let nonce = try challenges.check(proof, for: .enroll)
        let now = context.now()
        let candidate = Candidate(
            profile: request.profile.sanitized(), publicKey: request.publicKey,
            tokenHash: request.token.map(Secret.hash), address: address)
        // Nobody makes the platform write, or remember, who has nothing to say.
        let known = try await answerWithoutChange(candidate, at: now)
        try await challenges.use(nonce)
        if let known { return known }
        let (enrolled, gone) = try await context.change { session in try enroll(candidate, at: now, session) }
        await changes.take([enrolled.agentId] + gone)
        return enrolled
    }

    private struct Candidate: Sendable {
        let profile: AgentProfile
        let publicKey: String
        let tokenHash: String?
        let address: String

        var fingerprint: String {
            AgentFingerprint(of: Data(base64Encoded: publicKey) ?? Data()).description
        }
    }

    /// - Returns: `nil` when something is to be changed for it.
    /// - Throws: `.permissionDenied` for a token that is not good, or a key that is revoked.
    private func answerWithoutChange(_ candidate: Candidate, at now: Timestamp) async throws -> EnrolledAgent? {
        let (record, isDeleted, token) = try await context.read { session in
            (
                try session.agent(fingerprint: candidate.fingerprint),
                try session.isDeletedKey(candidate.fingerprint),
                try candidate.tokenHash.flatMap { try session.enrollmentToken(secretHash: $0) }
            )
        }
        if let agent = record?.agent {
            guard agent.state != .revoked else { throw Self.revoked(agent) }
            if agent.state == .managed || candidate.tokenHash == nil || isDeleted {
                return EnrolledAgent(
                    agentId: agent.id, state: agent.state, notice: Self.notice(candidate, isDeleted: isDeleted))
            }
        }
        if candidate.tokenHash != nil, !isDeleted, token?.state(at: now) == .active { return nil }
        try throttle.count(candidate.address, at: now)
        guard candidate.tokenHash != nil, !isDeleted else { return nil }
        throw Self.refusal(of: token, at: now)
    }

    private static func revoked(_ agent: EdgeAgent) -> EdgewrightError {
        EdgewrightError(
            .permissionDenied, "The key of the agent “\(agent.name)” is revoked; an administrator can restore it.")
    }

    private static func notice(_ candidate: Candidate, isDeleted: Bool) -> String? {
        isDeleted && candidate.tokenHash != nil
            ? "This agent was deleted once, so its token does not let it in: an administrator has to claim it." : nil
    }

    private static func namesake(_ agent: EdgeAgent) -> String {
        """
        Another agent of this project is called “\(agent.name)” too. Both work; to tell them apart, start this one with \
        another name or give it one: edgewright agents edit \(agent.id) --name NAME
        """
    }

    /// - Returns: beside it, those that have given way.
    private func enroll(
        _ candidate: Candidate, at now: Timestamp, _ session: any SQLSession
    ) throws -> (EnrolledAgent, gone: [Identifier<EdgeAgent>]) {
        var record = try session.agent(fingerprint: candidate.fingerprint)
        if let agent = record?.agent {
            guard agent.state != .revoked else { throw Self.revoked(agent) }
            if agent.state == .managed || candidate.tokenHash == nil {
                return (EnrolledAgent(agentId: agent.id, state: agent.state), [])
            }
        }
        let isDeleted = try session.isDeletedKey(candidate.fingerprint)
        let token = try isDeleted ? nil : candidate.tokenHash.map { try usableToken($0, at: now, session) }
        let isNew = record == nil
        let gone = try isNew && token == nil ? makeRoom(for: candidate, at: now, session) : []
        var agent =
            record?.agent
            ?? EdgeAgent(
                id: context.makeIdentifier(), projectId: nil, state: .unmanaged, name: candidate.profile.name,
                description: candidate.profile.description, fingerprint: candidate.fingerprint, at: now)
        agent.version = candidate.profile.version
        agent.system = candidate.profile.system
        if isNew { agent.address = candidate.address }
        agent.projectId = token?.projectId
        agent.state = token == nil ? .unmanaged : .managed
        agent.updatedAt = now
        record = AgentRecord(
            agent: agent, publicKey: candidate.publicKey, adoptsOffers: token?.adoptsOffers ?? false,
            adoptedTags: token?.tags ?? [])
        if let record { try isNew ? session.insertAgent(record) : session.updateAgent(record) }
        try session.setOffers(candidate.profile.offers, of: agent.id)
        try recorder.record(
            event("agent.enroll", agent, token, session), by: actor(candidate.fingerprint, candidate.address),
            in: session)
        try changes.announce([agent.id], in: session)
        let notice =
            try Self.notice(candidate, isDeleted: isDeleted)
            ?? (session.hasNamesake(agent) ? Self.namesake(agent) : nil)
        return (EnrolledAgent(agentId: agent.id, state: agent.state, notice: notice), gone)
    }

    private func usableToken(
        _ hash: String, at now: Timestamp, _ session: any SQLSession
    ) throws -> EnrollmentToken {
        let token = try session.enrollmentToken(secretHash: hash)
        guard let token, try session.useEnrollmentToken(token.id, at: now) else {
            throw Self.refusal(of: token, at: now)
        }
        return token
    }

    private static func refusal(of token: EnrollmentToken?, at now: Timestamp) -> EdgewrightError {
        guard let token else { return EdgewrightError(.permissionDenied, "This enrolment token is not known.") }
        let reason =
            switch token.state(at: now) {
            case .revoked: "is revoked"
            case .expired: "expired at \(token.expiresAt)"
            case .usedUp, .active: "was used \(token.maximumUses == 1 ? "once" : "\(token.maximumUses) times")"
            }
        return EdgewrightError(
            .permissionDenied, "The enrolment token “\(token.name)” \(reason); ask for a new one.")
    }

    /// - Returns: those that have given way for it.
    private func makeRoom(
        for candidate: Candidate, at now: Timestamp, _ session: any SQLSession
    ) throws -> [Identifier<EdgeAgent>] {
        guard takesUnmanaged else {
            throw EdgewrightError(
                .permissionDenied,
                "This platform takes new agents with an enrolment token only, and deleted ones not at all.")
        }
        let places = UnmanagedPlaces(waiting: try session.waitingAgents(), now: now)
        switch places.decide(for: candidate.address) {
        case .free: return []
        case .instead(of: let id):
            if let gone = try session.agent(id)?.agent {
                try recorder.record(
                    event("agent.give-way", gone, nil, session), by: actor(candidate.fingerprint, candidate.address),
                    in: session)
            }
            try session.deleteAgent(id)
            try changes.announce([id], in: session)
            return [id]
        case .full:
            throw EdgewrightError(
                .unavailable, "Too many agents wait to be claimed; an administrator has to look at them.",
                retryAfter: .seconds(600))
        }
    }

    // MARK: Keys

    /// Puts a new key in the place of an agent's old one.
    /// - Throws: `.unauthenticated` unless both keys have signed it; `.notFound` for an old one that is not known.
    package func rotateAgentKey(_ request: RotateAgentKeyRequest, address: String) async throws {
        let old = try SignedProof(checking: request.proof)
        let next = try SignedProof(checking: request.nextProof).checked(with: request.publicKey)
        let rotation = Rotation(
            old: old.fingerprint.description,
            new: AgentFingerprint(of: Data(base64Encoded: request.publicKey) ?? Data()).description,
            publicKey: request.publicKey, address: address)
        let known = try await context.read { try existing(rotation, $0) }
        let proof = try old.checked(with: known.publicKey)
        try checkMayRotate(known.agent)
        let nonce = try challenges.check(proof, for: .rotate)
        guard proof.next == rotation.new, next.nonce == proof.nonce, next.purpose == .rotate,
            next.audience == proof.audience
        else { throw AgentChallenges.refusal("names another key than the one that signed beside it") }
        try await challenges.use(nonce)
        try throttle.checkRotations(of: known.agent.id, at: context.now())
        let id = try await context.change { session in try rotate(rotation, session) }
        throttle.countRotation(of: id, at: context.now())
        await changes.take([id])
    }

    private struct Rotation: Sendable {
        /// Fingerprints.
        let old: String
        let new: String
        let publicKey: String
        let address: String
    }

    private func existing(_ rotation: Rotation, _ session: any SQLSession) throws -> AgentRecord {
        guard let record = try session.agent(fingerprint: rotation.old) else {
            throw EdgewrightError(.notFound, "No agent with the key \(rotation.old) is known.")
        }
        return record
    }

    private func checkMayRotate(_ agent: EdgeAgent) throws {
        switch agent.state {
        case .managed: break
        case .revoked: throw Self.revoked(agent)
        case .unmanaged:
            throw EdgewrightError(.permissionDenied, "An agent that nobody has claimed yet keeps its key.")
        }
    }

    private func rotate(_ rotation: Rotation, _ session: any SQLSession) throws -> Identifier<EdgeAgent> {
        var record = try existing(rotation, session)
        try checkMayRotate(record.agent)
        guard try session.agent(fingerprint: rotation.new) == nil else {
            throw EdgewrightError(.conflict, "The new key is an agent's already.")
        }
        record.agent.fingerprint = rotation.new
        record.agent.updatedAt = context.now()
        record.publicKey = rotation.publicKey
        try session.updateAgent(record)
        // Whoever has copied the old one is out.
        try session.setAgentClone(nil, of: record.agent.id)
        try recorder.record(
            event("agent.rotate-key", record.agent, nil, session), by: actor(rotation.old, rotation.address),
            in: session)
        try changes.announce([record.agent.id], in: session)
        return record.agent.id
    }

    // MARK: Audit

    private func event(
        _ operation: String, _ agent: EdgeAgent, _ token: EnrollmentToken?, _ session: any SQLSession
    ) throws -> AuditEvent {
        let project = try agent.projectId.flatMap { try session.project($0) }
        return AuditEvent(
            operation: operation, target: .init(agent), orgId: project?.orgId, projectId: agent.projectId,
            detail: token.map { "with the token “\($0.name)”" } ?? agent.fingerprint)
    }

    private func actor(_ fingerprint: String, _ address: String) -> AuditEntry.Actor { .agent(fingerprint, address) }
}

extension AuditEntry.Actor {
    /// An agent, that no person stands behind at the moment.
    static func agent(_ fingerprint: String, _ address: String) -> AuditEntry.Actor {
        AuditEntry.Actor(userId: nil, email: "agent \(fingerprint.prefix(16))…", tokenId: nil, address: address)
    }
}

extension AuditEntry.Target {
    init(_ agent: EdgeAgent) { self.init(type: "agent", id: agent.id.rawValue, name: agent.name) }
    init(_ token: EnrollmentToken) { self.init(type: "enrollment-token", id: token.id.rawValue, name: token.name) }
}
