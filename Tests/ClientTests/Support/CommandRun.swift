import ArgumentParser
import Client

@testable import edgewright

/// Runs a command line against a server that answers by `script`.
func run(
    _ arguments: [String], isTerminal: Bool = false, answering script: @escaping StandInServer.Script,
    _ check: (CapturedConsole, StandInServer, (any Error)?) throws -> Void
) async throws {
    try await withStandIn(answering: script) { client, server in
        let captured = CapturedConsole()
        let environment = [
            "EDGEWRIGHT_SERVER": client.address, "EDGEWRIGHT_TOKEN": "ewt_x", "EDGEWRIGHT_CONFIG": "/nowhere/c.yaml",
        ]
        let context = CommandContext(environment: environment, console: captured.console(isTerminal: isTerminal))
        var failure: (any Error)?
        do {
            try await CommandContext.$current.withValue(context) { try await execute(arguments) }
        } catch {
            failure = error
        }
        try check(captured, server, failure)
    }
}

private func execute(_ arguments: [String]) async throws {
    guard var command = try Edgewright.parseAsRoot(arguments) as? any AsyncParsableCommand else { return }
    try await command.run()
}
