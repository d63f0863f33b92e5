import ArgumentParser

/// `edgewright`: the control plane, the simulator and the client of both, in one program.
@main
struct Edgewright: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgewright", abstract: "A control plane for fleets of industrial edge services.",
        version: "0.1.0",
        subcommands: [ServeCommand.self, SimulateCommand.self, AuditCommand.self])
}
