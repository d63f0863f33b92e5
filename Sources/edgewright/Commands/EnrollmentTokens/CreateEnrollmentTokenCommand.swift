import ArgumentParser
import Client
import Fleet

struct CreateEnrollmentTokenCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an enrolment token; its secret is shown this once.",
        discussion: """
            Prints the command to paste on the agent's machine.
            With --quiet the secret alone is printed: TOKEN=$(edgewright enrollment-tokens create hall-2 -q)
            """,
        aliases: ["add"])

    @Argument(help: "What it is for.")
    var name: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(
        help: ArgumentHelp(
            "How long it lets agents in: 24, 36h, 7d; \(EnrollmentToken.defaultLifetimeHours) hours when not said.",
            valueName: "hours"),
        transform: EnrollmentText.hours)
    var expires: Int?

    @Option(
        help: ArgumentHelp("How many agents may join with it; one when not said.", valueName: "count"))
    var uses: Int?

    @Flag(help: "Add what these agents offer by itself, now and later.")
    var adoptOffers = false

    @Option(name: .shortAndLong, help: "A tag of the services that are added so; may be given several times.")
    var tag: [String] = []

    @OptionGroup var output: OutputArguments

    func validate() throws {
        let (hours, uses) = (EnrollmentToken.lifetimeHours, EnrollmentToken.uses)
        guard expires.map(hours.contains) ?? true else {
            throw ValidationError("--expires must be \(hours.lowerBound) to \(hours.upperBound) hours.")
        }
        guard adoptOffers || tag.isEmpty else {
            throw ValidationError("--tag goes with --adopt-offers: it is for services that are added by themselves.")
        }
        guard self.uses.map(uses.contains) ?? true else {
            throw ValidationError("--uses must be \(uses.lowerBound) to \(uses.upperBound).")
        }
    }

    func run(_ session: ClientSession) async throws {
        let request = CreateEnrollmentTokenRequest(
            name: name, expiresInHours: expires, maximumUses: uses, adoptsOffers: adoptOffers ? true : nil,
            tags: tag.isEmpty ? nil : tag)
        let project = try await session.project(project)
        let created = try await session.client.createEnrollmentToken(in: project, request)
        try output.printOne(created, on: session.console)
        guard output.output == .table, !output.quiet else { return }
        try session.console.print(created.commands.text)
        output.say("\nKeep it now: it is never shown again.", on: session.console)
    }
}

extension CreatedEnrollmentToken.Commands {
    /// Each on a line of its own, to be copied as it is.
    fileprivate var text: String {
        let ways = [
            ("As a service of systemd", install), ("For as long as the terminal is open", run),
            ("In a container, with the machine's Docker engine as a host", container),
        ]
        return "\nOn the agent's machine:\n"
            + ways.map { "\n# \($0.0)\n\($0.1.withoutControlCharacters)\n" }.joined()
    }
}

/// Times of a token as people write them on a command line.
enum EnrollmentText {
    /// A number of hours, or a number with `h` or `d`.
    static func hours(_ text: String) throws -> Int {
        let refusal = ValidationError("“\(text)” is no time such as 24, 36h or 7d.")
        let units: [Character: Int] = ["h": 1, "d": 24]
        let unit = text.last.flatMap { units[$0] }
        guard let count = Int(unit == nil ? text : String(text.dropLast())), count >= 0 else { throw refusal }
        let (hours, isTooLarge) = count.multipliedReportingOverflow(by: unit ?? 1)
        guard !isTooLarge else { throw refusal }
        return hours
    }
}
