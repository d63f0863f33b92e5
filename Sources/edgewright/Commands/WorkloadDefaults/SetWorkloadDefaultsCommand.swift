import ArgumentParser
import Client
import Fleet

struct SetWorkloadDefaultsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Replace the defaults of categories by those of a file.",
        discussion: """
            The file is YAML or JSON: what get has printed, or with --category the settings alone. What it leaves out \
            is left out of the defaults.
            """)

    @Argument(
        help: "The file; “-” is standard input.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @OptionGroup var server: ServerArguments

    @Option(help: "Whose settings the file has, when it does not say so itself.")
    var category: ServiceCategory?

    func run(_ session: ClientSession) async throws {
        let document = try SettingsDocument(file: file)
        for defaults in try document.defaults(of: category) {
            try await session.client.putWorkloadDefaults(of: defaults.category, defaults.settings)
            session.console.say("Set the defaults of \(defaults.category.rawValue).\n")
        }
    }
}
