import ArgumentParser
import Foundation

/// The command line. What each subcommand does is in its own file under `Commands`.
@main
struct Edgewright: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgewright",
        abstract: "A control plane for fleets of industrial edge services.",
        discussion: """
            Sign in first: edgewright login https://edge.example.com

            Environment: EDGEWRIGHT_SERVER, EDGEWRIGHT_TOKEN, EDGEWRIGHT_PROJECT stand for --server, --token and \
            --project; EDGEWRIGHT_CONFIG names the file that login writes (~/.config/edgewright/config.yaml); \
            EDGEWRIGHT_PASSWORD is the password of login; NO_COLOR turns colours off.

            Exit codes: 0 done, 1 failed, 2 partly failed, 3 not signed in or not allowed, 4 not found, \
            5 the server can't be reached, 6 a batch is paused, 22 a service answered with an error (services request), 64 wrong usage.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(name: "Running", subcommands: [ServeCommand.self, SimulateCommand.self]),
            CommandGroup(
                name: "Account",
                subcommands: [LoginCommand.self, LogoutCommand.self, WhoAmICommand.self, TokensCommand.self]),
            CommandGroup(
                name: "Fleet",
                subcommands: [
                    OverviewCommand.self, ServicesCommand.self, BatchesCommand.self, DriversCommand.self,
                    RulesCommand.self, TagsCommand.self,
                ]),
            CommandGroup(
                name: "Behind NAT", subcommands: [AgentsCommand.self, EnrollmentTokensCommand.self]),
            CommandGroup(
                name: "Hosting",
                subcommands: [
                    HostsCommand.self, ImagesCommand.self, RegistriesCommand.self, WorkloadDefaultsCommand.self,
                ]),
            CommandGroup(
                name: "Administration",
                subcommands: [
                    OrganizationsCommand.self, ProjectsCommand.self, UsersCommand.self, AuditCommand.self,
                ]),
            CommandGroup(name: "Shell", subcommands: [CompletionCommand.self]),
        ])

    static func main() async {
        let context = CommandContext.ofThisProcess()
        do {
            try await CommandContext.$current.withValue(context) { try await execute() }
        } catch {
            guard let report = FailureReport(error) else { exit(withError: error) }
            context.console.warn(report.text(styled: context.console.errorIsStyled))
            Foundation.exit(report.status.rawValue)
        }
    }

    private static func execute() async throws {
        var command = try parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }
}
