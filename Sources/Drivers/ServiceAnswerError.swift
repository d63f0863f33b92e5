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
        case let error as TransportError where error.kind == .pathDown: self = .pathFailed(reason: error.message)
        case let error as TransportError: self = .missed(reason: error.message)
        case let error as EdgewrightError: self = .pathFailed(reason: error.message)
        default: self = .missed(reason: "\(error)")
        }
    }
}
