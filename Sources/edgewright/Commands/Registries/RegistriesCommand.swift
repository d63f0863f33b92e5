import ArgumentParser

/// `edgewright registries`: where images come from.
struct RegistriesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registries", abstract: "Manage the registries that images come from.",
        discussion: "A registry is named by its id, name or address. Those that ask for no password need not be here.",
        subcommands: [
            ListRegistriesCommand.self, AddRegistryCommand.self, EditRegistryCommand.self, DeleteRegistryCommand.self,
            CheckRegistryCommand.self,
        ],
        aliases: ["registry"])
}

/// How the platform signs in to a registry.
struct RegistryCredentialArguments: ParsableArguments {
    @Option(help: "The registry's user name; the password is asked for.")
    var username: String?

    @Flag(help: "Read the registry's password from the first line of standard input instead of asking.")
    var passwordStdin = false

    /// `nil` when nothing was said of it.
    func password(_ console: Console) throws -> String? {
        guard passwordStdin || username?.isEmpty == false else { return nil }
        return try console.secret("The registry's password", fromInput: passwordStdin, option: "--password-stdin")
    }
}
