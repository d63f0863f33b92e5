import ArgumentParser
import Client
import Fleet

/// What a failed command says on standard error, and how the process ends.
struct FailureReport: Equatable {
    let status: ProgramStatus
    let message: String
    /// One line a field of the request that breaks a rule.
    let fields: [FieldError]
    let advice: String?

    init(_ status: ProgramStatus, _ message: String, fields: [FieldError] = [], advice: String? = nil) {
        self.status = status
        self.message = message
        self.fields = fields
        self.advice = advice
    }

    /// `nil` for the argument parser's own errors, which it reports itself.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self.init(failure.status, failure.message, advice: failure.advice)
        case let problem as APIProblem:
            self.init(problem)
        case let broken as APIConnectionError:
            self.init(.unreachable, broken.message, advice: Self.advice(broken))
        case let failure as EdgewrightError:
            let status: ProgramStatus =
                failure.code == .invalidInput ? .usage : failure.code == .notFound ? .notFound : .failed
            self.init(status, failure.message)
        case is OutputClosed:
            self.init(.done, "")
        case is ExitCode, is CleanExit, is ValidationError:
            return nil
        default:
            guard !Self.isOfParser(error) else { return nil }
            self.init(.failed, "\(error)")
        }
    }

    private init(_ problem: APIProblem) {
        // A single field's error is the whole message already.
        let fields = problem.errors.count > 1 ? problem.errors : []
        let retry = problem.retryAfter.map { "Try again in \($0.components.seconds) seconds." }
        switch problem.status {
        case 401: self.init(.denied, problem.detail, advice: "Sign in with: edgewright login URL")
        case 403: self.init(.denied, problem.detail, advice: "See your roles with: edgewright whoami")
        case 404: self.init(.notFound, problem.detail)
        default: self.init(.failed, problem.detail, fields: fields, advice: retry)
        }
    }

    private static func advice(_ error: APIConnectionError) -> String? {
        switch error.kind {
        case .unreachable: "Check the address (--server, EDGEWRIGHT_SERVER, or the one you signed in to)."
        case .untrusted: "Name its authority with --ca-cert FILE, or use --insecure on a network that you trust."
        case .timedOut, .brokenOff, .notUnderstood: nil
        }
    }

    /// The parser wraps what it throws in a type that it keeps to itself.
    private static func isOfParser(_ error: any Error) -> Bool {
        String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }

    /// Ends with a line break; empty when there is nothing to say.
    func text(styled: Bool) -> String {
        guard !message.isEmpty else { return "" }
        var lines = ["\(TextStyle.bad.applied(to: "Error:", styled)) \(message.withoutControlCharacters)"]
        lines += fields.map { "  \($0.field.withoutControlCharacters): \($0.message.withoutControlCharacters)" }
        if let advice { lines.append(advice) }
        return lines.joined(separator: "\n") + "\n"
    }
}
