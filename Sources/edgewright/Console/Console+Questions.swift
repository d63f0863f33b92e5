import Foundation

extension Console {
    /// Asks for a line.
    /// - Throws: `CommandFailure` of usage when nobody is there to answer; `instead` names the option to use.
    func ask(_ question: String, instead: String) throws -> String {
        guard inputIsTerminal else { throw CommandFailure(.usage, "\(question) is needed: \(instead).") }
        warn("\(question): ")
        guard let line = readLine(), !line.isEmpty else {
            throw CommandFailure(.usage, "\(question) is needed: \(instead).")
        }
        return line
    }

    /// Asks for a line that is not shown while it is typed.
    /// - Throws: `CommandFailure` of usage when nobody is there to answer.
    func askSecret(_ question: String, instead: String) throws -> String {
        guard inputIsTerminal else { throw CommandFailure(.usage, "\(question) is needed: \(instead).") }
        warn("\(question): ")
        let line = Self.withoutEcho { readLine() }
        warn("\n")
        // Signals are off meanwhile, so that an interrupt can't leave the terminal mute; it arrives as a character.
        guard let line, !line.contains("\u{3}") else { throw CommandFailure(.failed, "Interrupted.") }
        guard !line.isEmpty else { throw CommandFailure(.usage, "\(question) must not be empty.") }
        return line
    }

    /// A secret for the server: the first line of standard input, or what a person types, twice when it is new.
    func secret(_ question: String, fromInput: Bool, option: String, twice: Bool = false) throws -> String {
        if fromInput {
            guard let line = readLine(), !line.isEmpty else {
                throw CommandFailure(.usage, "Standard input has no first line with a password.")
            }
            return line
        }
        let secret = try askSecret(question, instead: option)
        if twice, try askSecret("\(question) again", instead: option) != secret {
            throw CommandFailure(.usage, "The two are not the same.")
        }
        return secret
    }

    /// Asks before something that can't be undone.
    /// - Throws: `CommandFailure` unless the answer is yes.
    func confirm(_ question: String, assumeYes: Bool) throws {
        guard !assumeYes else { return }
        guard inputIsTerminal else { throw CommandFailure(.usage, "\(question) Say so with --yes.") }
        warn("\(question) [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard ["y", "yes"].contains(answer) else { throw CommandFailure(.failed, "Nothing was done.") }
    }

    private static func withoutEcho<Result>(_ body: () -> Result) -> Result {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return body() }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        return body()
    }
}
