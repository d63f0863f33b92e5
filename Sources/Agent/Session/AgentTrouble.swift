import Transport

/// Why an agent is not connected, in words for whoever runs it.
package struct AgentTrouble: Sendable, Equatable {
    /// Part of a sentence: "connection refused by 10.0.0.7:443".
    package let reason: String
    /// What to do; `nil` where it may pass by itself.
    package let advice: String?

    package init(_ reason: String, advice: String? = nil) {
        self.reason = reason
        self.advice = advice
    }
}

extension AgentTrouble {
    /// That there is no answer.
    init(_ error: TransportError) {
        let advice: String? =
            switch error.kind {
            case .tlsFailed:
                "Name the authority of the platform's certificate: edgewright-agent install --ca FILE, or the setting ca."
            case .unknownHost: "Check the setting server, and this machine's name servers."
            default: nil
            }
        self.init(error.message, advice: advice)
    }

    /// What a refusal means, by what was asked for.
    init(_ refusal: PlatformRefusal, at step: AgentSession.Step) {
        let (reason, advice) = Self.words(refusal.status, step)
        self.init(refusal.detail.isEmpty ? reason : "\(reason): \(refusal.detail)", advice: advice)
    }

    private static func words(_ status: Int, _ step: AgentSession.Step) -> (String, String?) {
        switch (status, step) {
        case (403, .enroll):
            (
                "the platform does not let this agent join",
                "Make a new enrolment token, or remove the token from the settings and claim the agent by its "
                    + "fingerprint."
            )
        case (403, .connect):
            (
                "the platform refuses this agent's key",
                "It was revoked: restore the agent in the console. If the key was stolen, remove agent.key from the "
                    + "state folder, so that the agent joins anew."
            )
        case (401, .enroll), (401, .connect): ("the platform does not accept this agent's proof", nil)
        case (404, .connect): ("the platform does not know this agent", nil)
        case (409, .connect):
            (
                "another agent is connected with the same key",
                "If a machine was copied, remove agent.key from the state folder of one of the two."
            )
        case (404, _), (405, _):
            (
                "there is no platform that takes agents at this address (\(status))",
                "Check the setting server: address, port and path."
            )
        case (300..<400, _):
            (
                "the platform's address leads elsewhere (\(status))",
                "Set server to the address that it leads to, as a browser shows it."
            )
        case (400, .connect), (426, .connect), (200..<300, .connect):
            (
                "the connection was not upgraded (\(status))",
                "A proxy in front of the platform must pass on the fields Upgrade and Connection."
            )
        case (429, _), (503, _): ("the platform has no time just now (\(status))", nil)
        default: ("the platform answered with status \(status)", nil)
        }
    }
}
