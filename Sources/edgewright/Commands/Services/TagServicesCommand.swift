import ArgumentParser
import Client
import Fleet

struct TagServicesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Add tags to services and remove them.",
        discussion: """
            edgewright services tag press-4 press-5 --add hall-3 --remove hall-2
            edgewright services tag --tag hall-2 --status offline --add inspect
            """)

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var selection: ServiceSelection

    @Option(help: ArgumentHelp("A tag to add; may be given several times.", valueName: "tag"))
    var add: [String] = []

    @Option(help: ArgumentHelp("A tag to remove; may be given several times.", valueName: "tag"))
    var remove: [String] = []

    func validate() throws {
        guard !add.isEmpty || !remove.isEmpty else { throw ValidationError("Say which tags: --add TAG, --remove TAG.") }
    }

    func run(_ session: ClientSession) async throws {
        let services = try await selection.find(session, in: project)
        let request = AssociateTagsRequest(add: add.isEmpty ? nil : add, remove: remove.isEmpty ? nil : remove)
        let client = session.client
        try await ServiceWork(session: session, title: "Tagging").perform(on: services) { service in
            _ = try await client.changeServiceTags(service.id, request)
        }
        session.console.say("Changed the tags of \(services.count) services.\n")
    }
}
