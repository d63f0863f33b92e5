import ArgumentParser

/// `edgewright orgs`: tenants.
struct OrganizationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orgs", abstract: "Manage organizations and their members.",
        subcommands: [
            ListOrganizationsCommand.self, GetOrganizationCommand.self, CreateOrganizationCommand.self,
            EditOrganizationCommand.self, DeleteOrganizationCommand.self, ListOrganizationMembersCommand.self,
            AddOrganizationMemberCommand.self, RemoveOrganizationMemberCommand.self,
        ],
        aliases: ["org"])
}
