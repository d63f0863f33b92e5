import Agent
import ArgumentParser
import Fleet
import Transport

/// `edgewright-agent discover`
struct DiscoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover", abstract: "Look for services at well-known local ports.",
        discussion: "Prints what it finds as settings, to be pasted into the settings' file.")

    func run() async throws {
        let client = DirectTransportClient()
        let found = await LocalDiscovery(client: client).look()
        await client.shutdown()
        let places = WellKnownPlace.all.map(\.address).joined(separator: ", ")
        guard !found.isEmpty else { return print("# Nothing answers at \(places).") }
        print(try AgentSettingsDraft(offering: found).yaml(), terminator: "")
    }
}
