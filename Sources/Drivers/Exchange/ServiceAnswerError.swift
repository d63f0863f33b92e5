package import Fleet
import Transport

/// A service answered, but not as it should.
package enum ServiceAnswerError: Error, Equatable, Sendable {
    /// 401, 403, or one of Neuron's codes for a token or password it does not take.
    case refusedCredentials(String)
    /// Its token has run out: a new one may do.
    case tokenExpired
    /// Anything else that no healthy service answers; a sentence fragment for a person.
    case unusable(String)
}

extension ProbeOutcome {
    /// What a failed pulse says about the service.
    package init(_ error: any Error) {
        switch error {
        case ServiceAnswerError.refusedCredentials(let reason): self = .refusedCredentials(reason: reason)
        case ServiceAnswerError.tokenExpired:
            self = .refusedCredentials(
                reason: "the service says that the platform's token has expired: compare the clocks")
        case ServiceAnswerError.unusable(let reason): self = .missed(reason: reason)
        case let error as TransportError: self.init(error)
        // Something on the platform's side stood in the way, so nothing is known of the service.
        case let error as EdgewrightError: self = .pathFailed(reason: error.message)
        case is CancellationError: self = .pathFailed(reason: "the probe was broken off")
        default: self = .missed(reason: "the exchange with the service broke off")
        }
    }

    private init(_ error: TransportError) {
        switch error.kind {
        case .pathDown, .invalidRequest: self = .pathFailed(reason: error.message)
        case .bodyTooLarge:
            self = .missed(reason: "\(error.message): is the category right?")
        case .unknownHost, .connectionRefused, .timedOut, .tlsFailed, .connectionClosed, .invalidResponse:
            self = .missed(reason: error.message)
        }
    }
}
