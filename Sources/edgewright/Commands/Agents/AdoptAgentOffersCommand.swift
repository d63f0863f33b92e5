import ArgumentParser
import Client
import Fleet

struct AdoptAgentOffersCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Make services and hosts of what an agent offers.",
        discussion: """
            edgewright agents adopt hall-2
            edgewright agents adopt hall-2 neuronex --name press-4 --tag press --auth jwt

            What could not be added is listed on standard error; the exit code is 2 then, or 1 when nothing was.
            """)

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @Argument(help: "Which of its offers; all that are new when none is named.")
    var offers: [String] = []

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: "What the service or host of the one offer that is named is to be called.")
    var name: String?

    @Option(help: "Of services, where the agent does not say it: neuronex, neuron, ekuiper or custom.")
    var category: ServiceCategory?

    @Option(name: .shortAndLong, help: "A tag of the services; may be given several times.")
    var tag: [String] = []

    @Option(help: "How the platform proves itself to the services: none or jwt.")
    var auth: ServiceAuthentication.Kind?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard name == nil || offers.count == 1 else {
            throw ValidationError("--name goes with one offer that is named.")
        }
        guard category == nil || !offers.isEmpty else {
            throw ValidationError("--category goes with offers that are named.")
        }
        guard auth != .password else {
            throw ValidationError("--auth must be none or jwt; a password is set with: edgewright services edit")
        }
    }

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        let named = offers.map { AdoptOffersRequest.Offer(offer: $0, name: name, category: category) }
        let request = AdoptOffersRequest(
            offers: named.isEmpty ? nil : named, tags: tag.isEmpty ? nil : tag,
            auth: auth.map { ServiceAuthenticationRequest(kind: $0) })
        let adopted = try await session.client.adoptAgentOffers(of: found.id, request)
        try show(adopted, on: session.console)
        guard adopted.failed.isEmpty else { throw try Self.failure(adopted, on: session.console) }
        if adopted.added.isEmpty { output.say("There is nothing new to add.", on: session.console) }
    }

    private func show(_ adopted: AdoptedOffers, on console: Console) throws {
        switch output.output {
        // The API's own form has what failed in it.
        case .json where !output.quiet, .yaml where !output.quiet: try output.printOne(adopted, on: console)
        case .table, .csv, .json, .yaml: try output.printList(adopted.added, on: console)
        }
    }

    /// Lists what could not be added on standard error.
    private static func failure(_ adopted: AdoptedOffers, on console: Console) throws -> CommandFailure {
        console.warn(try OutputFormat.table.text(adopted.failed, styled: console.errorIsStyled))
        let count = adopted.failed.count
        return CommandFailure(
            adopted.added.isEmpty ? .failed : .partlyFailed,
            count == 1 ? "1 offer was not added." : "\(count) offers were not added.")
    }
}
