// What an agent and the platform say to each other, as JSON. Each may be of another version than the other: what is not
// known is passed over.

/// Answer to `POST /api/v1/agent/challenge`: what the next proof must be made over.
package struct AgentChallenge: Codable, Equatable, Sendable {
    /// The platform's name.
    package var audience: String
    /// Good for one proof.
    package var nonce: String
    /// Seconds since 1970 by the platform's clock: the agent's own does not matter.
    package var issuedAt: Int64
    package var expiresAt: Int64

    package init(audience: String, nonce: String, issuedAt: Int64, expiresAt: Int64) {
        self.audience = audience
        self.nonce = nonce
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// Body of `POST /api/v1/agent/enroll`.
package struct EnrollAgentRequest: Codable, Sendable {
    /// A signed proof to enrol.
    package var proof: String
    /// 32 bytes in base64: the key of the proof.
    package var publicKey: String
    /// Of enrolment; without it the agent is unmanaged.
    package var token: String?
    package var profile: AgentProfile

    package init(proof: String, publicKey: String, token: String? = nil, profile: AgentProfile) {
        self.proof = proof
        self.publicKey = publicKey
        self.token = token
        self.profile = profile
    }
}

/// Answer to enrolling.
package struct EnrolledAgent: Codable, Equatable, Sendable {
    package var agentId: Identifier<EdgeAgent>
    package var state: EdgeAgent.State
    /// Why it is not managed although it had a token, in a sentence; `nil` when there is nothing to say.
    package var notice: String?

    package init(agentId: Identifier<EdgeAgent>, state: EdgeAgent.State, notice: String? = nil) {
        self.agentId = agentId
        self.state = state
        self.notice = notice
    }
}

/// Body of `POST /api/v1/agent/rotate`: a new key in place of the old one.
package struct RotateAgentKeyRequest: Codable, Sendable {
    /// By the old key, to rotate, naming the new one's fingerprint as `next`.
    package var proof: String
    /// By the new key, over the same nonce, to rotate: that the agent has it.
    package var nextProof: String
    /// 32 bytes in base64: the new key.
    package var publicKey: String

    package init(proof: String, nextProof: String, publicKey: String) {
        self.proof = proof
        self.nextProof = nextProof
        self.publicKey = publicKey
    }
}

/// What an agent says of itself: when it enrols, and through its tunnel when the platform asks.
package struct AgentProfile: Codable, Equatable, Sendable {
    /// Longest in bytes, as JSON.
    package static let maximumSize = 256 << 10
    /// Authority and path under which it is asked for through the tunnel. No offer has such a name.
    package static let authority = ".agent"
    package static let path = "/profile"
    /// `POST`: an `AgentDiscovery` comes back.
    package static let discoveryPath = "/discover"

    package var name: String
    package var description: String
    /// Of the program.
    package var version: String
    /// `linux x86_64`.
    package var system: String
    package var offers: [AgentOffer]

    package init(name: String, description: String, version: String, system: String, offers: [AgentOffer]) {
        self.name = name
        self.description = description
        self.version = version
        self.system = system
        self.offers = offers
    }
}

/// Where the platform takes agents.
package enum AgentPath {
    package static let challenge = "/api/v1/agent/challenge"
    package static let enroll = "/api/v1/agent/enroll"
    package static let rotate = "/api/v1/agent/rotate"
    package static let tunnel = "/api/v1/agent/tunnel"
}
