import ArgumentParser
import Client
import Fleet
import Foundation

struct WatchServicesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Print the changes of a project's services as they happen.",
        discussion: "One line a change; with --output json one JSON object a line. Ends with an interrupt.")

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(name: .shortAndLong, help: "table or json.")
    var output = OutputFormat.table

    func validate() throws {
        guard [.table, .json].contains(output) else { throw ValidationError("--output must be table or json.") }
    }

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        let backoff = RetryPolicy(attempts: .max, firstDelay: .milliseconds(500), longestDelay: .seconds(30))
        var generator = SystemRandomNumberGenerator()
        var (failed, connections) = (0, 0)
        while !Task.isCancelled {
            do {
                var events = 0
                for try await event in try await session.client.streamProjectEvents(in: project) {
                    failed = 0
                    // A stream begins with `resync`, which says nothing new to who just began to look.
                    if event != .resync || connections + events > 0 { try print(event, session.console) }
                    events += 1
                }
            } catch let broken as APIConnectionError where broken.kind != .untrusted {
                session.console.warn("\(broken.message) Connecting again.\n")
            }
            connections += 1
            failed += 1
            try await Task.sleep(for: backoff.delay(after: failed, retryAfter: nil, using: &generator) ?? .seconds(30))
        }
    }

    private func print(_ event: ProjectEvent, _ console: Console) throws {
        switch event {
        // What an agent's coming and going means for a service is told as a change of that one.
        case .ping, .agent: break
        case .resync:
            console.warn("Changes may have been missed; see where things stand with: edgewright services list\n")
        case .service(let change) where output == .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try console.print(String(decoding: try encoder.encode(change), as: UTF8.self) + "\n")
        case .service(let change):
            try console.print(Self.line(change, at: Timestamp(Date()), styled: console.outputIsStyled))
        }
    }

    static func line(_ change: ServiceChange, at now: Timestamp, styled: Bool) -> String {
        var words = [now.short, change.change.rawValue, change.service?.name ?? change.id.rawValue]
        if let service = change.service {
            words.append(service.status.style.applied(to: service.status.rawValue, styled))
            if !service.statusReason.isEmpty { words.append("(\(service.statusReason))") }
        }
        return words.map { $0.hasPrefix("\u{1B}") ? $0 : $0.withoutControlCharacters }.joined(separator: "  ") + "\n"
    }
}
