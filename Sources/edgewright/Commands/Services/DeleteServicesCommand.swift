import ArgumentParser
import Client
import Fleet

struct DeleteServicesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove services from the platform; they themselves go on running.",
        aliases: ["rm"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var selection: ServiceSelection

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: ClientSession) async throws {
        let services = try await selection.find(session, in: project)
        let what = services.count == 1 ? "the service \(services[0].name)" : "\(services.count) services"
        try session.console.confirm("Delete \(what)?", assumeYes: yes)
        let client = session.client
        try await ServiceWork(session: session, title: "Deleting").perform(on: services) { service in
            try await client.deleteService(service.id)
        }
        session.console.say("Deleted \(what).\n")
    }
}
