import Agent
import AgentIdentity
import ArgumentParser
import Fleet
import Foundation

/// `edgewright-agent fingerprint`
struct FingerprintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint", abstract: "Print the fingerprint of the agent's key.",
        discussion: "It is what an agent without an enrolment token is claimed by.")

    @OptionGroup var place: StateArguments

    func run() throws {
        let folder = try place.folder()
        guard let key = try AgentKeyPair.read(folder.key) else {
            throw EdgewrightError(
                .notFound, "There is no key in \(folder.url.path) yet: the agent makes it when it first runs.")
        }
        print(key.fingerprint)
    }
}
