import ArgumentParser
import Client
import Fleet

struct CreateUserCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an account.",
        discussion: "Who is not a system admin gives the new account a role: --project NAME --role user",
        aliases: ["add"])

    @Argument(help: "Its e-mail address.")
    var email: String

    @OptionGroup var server: ServerArguments

    @Option(help: "The person's name.")
    var name: String?

    @Flag(help: "Read the password from the first line of standard input instead of asking.")
    var passwordStdin = false

    @Flag(help: "Make it a system admin.")
    var systemAdmin = false

    @Option(help: "Give the role in this organization, by id or name.")
    var org: String?

    @Option(name: .shortAndLong, help: "Give the role in this project, by id or name.")
    var project: String?

    @Option(help: "With --org orgAdmin; with --project user or projectAdmin.")
    var role: Role?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard org == nil || project == nil else { throw ValidationError("Give --org or --project, not both.") }
        guard role == nil || org != nil || project != nil else {
            throw ValidationError("--role goes with --org or --project.")
        }
    }

    func run(_ session: ClientSession) async throws {
        var request = CreateUserRequest(email: email, name: name, password: "", systemAdmin: systemAdmin ? true : nil)
        if let org {
            request.orgId = try await session.organization(named: org).id
            request.role = role ?? .orgAdmin
        }
        if let project {
            request.projectId = try await session.project(named: project).id
            request.role = role ?? .user
        }
        request.password = try session.console.secret(
            "Password for \(email)", fromInput: passwordStdin, option: "--password-stdin", twice: true)
        try output.printOne(try await session.client.createUser(request), on: session.console)
    }
}
