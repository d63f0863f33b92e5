import Foundation

/// What a command knows of the process it runs in; read once, at the start.
struct CommandContext: Sendable {
    /// Of the command that runs.
    @TaskLocal static var current = CommandContext(environment: [:], console: .silent)

    let environment: [String: String]
    let console: Console

    static func ofThisProcess() -> CommandContext {
        let environment = ProcessInfo.processInfo.environment
        return CommandContext(environment: environment, console: .ofThisProcess(environment: environment))
    }

    /// A variable's value; an empty one counts as none.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
