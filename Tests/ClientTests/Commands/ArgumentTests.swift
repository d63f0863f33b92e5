import ArgumentParser
import Fleet
import Testing

@testable import edgewright

struct ArgumentTests {
    @Test func `filters, sort and form of a list`() throws {
        let command = try ListServicesCommand.parse([
            "--status", "offline", "-t", "a", "-t", "b", "--sort", "-createdAt", "--limit", "7", "-o", "csv", "-p", "P",
        ])
        #expect(command.filter.plain == ServiceFilter(status: .offline, tags: ["a", "b"]))
        #expect(command.sort == ServiceSort(key: .createdAt, descending: true))
        #expect(command.list.bound == 7)
        #expect(command.output.output == .csv)
        #expect(command.project.project == "P")
    }

    @Test(arguments: [
        ["tag", "x"], ["tag", "--add", "a"], ["tag", "x", "--status", "online", "--add", "a"], ["delete"],
        ["list", "--limit", "0"], ["list", "--sort", "colour"], ["request", "s", "G T", "/"],
        ["request", "s", "GET", "/", "-H", "nonsense"], ["watch", "-o", "csv"],
        ["add", "n", "http://h", "--auth", "jwt", "--username", "u"], ["delete", "x", "--all"], ["stop"],
        ["stop", "--all", "--wait", "--detach"], ["stop", "x", "--offline-deadline", "1h", "--when-offline", "skip"],
    ])
    func `what makes no sense is refused as wrong usage`(arguments: [String]) {
        #expect {
            _ = try Edgewright.parseAsRoot(["services"] + arguments)
        } throws: { error in
            Edgewright.exitCode(for: error).rawValue == ProgramStatus.usage.rawValue
        }
    }

    @Test func `a role goes with a place`() {
        #expect(throws: (any Error).self) { try CreateUserCommand.parse(["a@example.com", "--role", "user"]) }
        #expect(throws: (any Error).self) { try CreateUserCommand.parse(["a@example.com", "--org", "o", "-p", "p"]) }
    }

    @Test func `a date is a moment too`() {
        #expect(Timestamp(argument: "2026-03-02")?.description == "2026-03-02T00:00:00.000Z")
        #expect(Timestamp(argument: "yesterday") == nil)
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `every shell gets a script that knows the commands`(shell: String) throws {
        let captured = CapturedConsole()
        let command = try CompletionCommand.parse([shell])
        let context = CommandContext(environment: [:], console: captured.console())
        try CommandContext.$current.withValue(context) { try command.run() }
        #expect(captured.output.contains("reset-password"))
    }

    @Test func `only what has an id's form is taken for one`() {
        #expect("01kjpzh0g0a5x8mq2v7c4t9wbe".isIdentifier)
        #expect(!"01KJPZH0G0A5X8MQ2V7C4T9WBE".isIdentifier)
        #expect(!"press-4".isIdentifier)
    }
}
