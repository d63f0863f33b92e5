import ArgumentParser

/// `edgewright projects`: where services live.
struct ProjectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "projects", abstract: "Manage projects and their members.",
        subcommands: [
            ListProjectsCommand.self, GetProjectCommand.self, CreateProjectCommand.self, EditProjectCommand.self,
            DeleteProjectCommand.self, ListProjectMembersCommand.self, AddProjectMemberCommand.self,
            RemoveProjectMemberCommand.self,
        ],
        aliases: ["project"])
}
