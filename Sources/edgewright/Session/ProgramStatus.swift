/// How the process ends; documented in `edgewright --help` and part of what scripts rely on.
enum ProgramStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case partlyFailed = 2
    case denied = 3
    case notFound = 4
    case unreachable = 5
    /// A batch waits for a person to decide.
    case paused = 6
    /// A service's own answer was an error; the number that curl uses.
    case serviceAnsweredError = 22
    case usage = 64
}

/// A failure of a command's own, with how the process ends.
struct CommandFailure: Error, Sendable, CustomStringConvertible {
    let status: ProgramStatus
    /// Empty when everything has been said already.
    let message: String
    /// What to do next.
    let advice: String?

    init(_ status: ProgramStatus, _ message: String = "", advice: String? = nil) {
        self.status = status
        self.message = message
        self.advice = advice
    }

    var description: String { message }

    static let notSignedIn = CommandFailure(
        .denied, "You are not signed in.", advice: "Sign in with: edgewright login URL")
}
