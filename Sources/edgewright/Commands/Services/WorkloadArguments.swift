import ArgumentParser
import Fleet

/// How hosted services are to be run, where it differs from the defaults.
struct WorkloadArguments: ParsableArguments {
    @Option(
        name: .customLong("settings"),
        help: ArgumentHelp("Settings from a YAML or JSON file; options go before it.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "A port inside, with one of the host before it if it must be that.", valueName: "[host:]port"),
        transform: WorkloadText.port)
    var port: [WorkloadSettings.Port] = []

    @Option(help: ArgumentHelp("The port inside at which the API answers.", valueName: "port"))
    var apiPort: Int?

    @Option(
        help: ArgumentHelp("A variable; the name alone takes its value from here.", valueName: "name=value"),
        transform: WorkloadText.variable)
    var env: [WorkloadText.Variable] = []

    @Option(
        help: ArgumentHelp("A volume made for the service, or a folder of the host.", valueName: "source:path[:ro]"),
        transform: WorkloadText.volume)
    var volume: [WorkloadSettings.Volume] = []

    @Option(
        help: ArgumentHelp("A device of the host.", valueName: "host[:path[:rwm]]"), transform: WorkloadText.device)
    var device: [WorkloadSettings.Device] = []

    @Flag(inversion: .prefixedNo, help: "Give it the rights of the host's root.")
    var privileged: Bool?

    @Option(help: "When the engine starts it anew: no, onFailure, unlessStopped or always.")
    var restart: WorkloadSettings.Restart?

    @Option(help: ArgumentHelp("Processors at most: 1.5.", valueName: "count"))
    var cpus: Double?

    @Option(help: ArgumentHelp("Memory at most: 512m, 2g.", valueName: "size"), transform: WorkloadText.memory)
    var memory: Int64?

    @Option(
        help: ArgumentHelp("How much of its log is kept: 10m, or 10m,3 for three files.", valueName: "size[,files]"),
        transform: WorkloadText.logs)
    var logs: WorkloadSettings.Logs?

    @Option(help: ArgumentHelp("The folder inside that takes the platform's public key.", valueName: "path"))
    var keyFolder: String?

    /// `nil` when nothing was said of it.
    /// - Throws: `ValidationError` naming the option.
    func settings(environment: [String: String]) throws -> WorkloadSettings? {
        var said = WorkloadSettings()
        said.apiPort = apiPort
        said.ports = port.isEmpty ? nil : port
        said.environment = env.isEmpty ? nil : try variables(environment)
        said.volumes = volume.isEmpty ? nil : volume
        said.devices = device.isEmpty ? nil : device
        said.logs = logs
        said.privileged = privileged
        said.restart = restart
        said.cpus = cpus
        said.memory = memory
        said.keyFolder = keyFolder
        if let file { said = said.over(try SettingsDocument(file: file).settings()) }
        do {
            try WorkloadRules.check(said, field: "settings")
        } catch let error as EdgewrightError {
            let lines = error.fields.map { "\($0.field.trimmingPrefix("settings.")) \($0.message)" }
            throw ValidationError(lines.joined(separator: "; ") + ".")
        }
        return said == WorkloadSettings() ? nil : said
    }

    private func variables(_ environment: [String: String]) throws -> [String: String] {
        var variables: [String: String] = [:]
        for variable in env {
            guard let value = variable.value ?? environment[variable.name] else {
                throw ValidationError("--env \(variable.name) has no value, and there is no such variable here.")
            }
            variables[variable.name] = value
        }
        return variables
    }
}
