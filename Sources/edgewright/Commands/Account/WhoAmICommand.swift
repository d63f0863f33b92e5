import ArgumentParser
import Client
import Fleet

/// `edgewright whoami`: who one is, and where one may do what.
struct WhoAmICommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Show who you are and your roles.")

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let me = try await session.client.getMe()
        let identity = Identity(
            server: session.client.address, email: me.user.email, name: me.user.name,
            systemAdmin: me.user.systemAdmin, token: me.token?.name, roles: try await roles(me, session))
        try output.printOne(identity, on: session.console)
    }

    private func roles(_ me: Me, _ session: ClientSession) async throws -> [String] {
        if me.user.systemAdmin { return [Role.systemAdmin.rawValue] }
        let client = session.client
        let organizations = try await session.collect { try await client.listOrganizations($0) }
        let projects = try await session.collect { try await client.listProjects($0) }
        return me.grants.map { grant in
            switch grant.scope {
            case .organization(let id):
                "\(grant.role.rawValue) in \(organizations.first { $0.id == id }?.name ?? id.rawValue)"
            case .project(let id, in: _):
                "\(grant.role.rawValue) in \(projects.first { $0.id == id }?.name ?? id.rawValue)"
            }
        }
    }
}
