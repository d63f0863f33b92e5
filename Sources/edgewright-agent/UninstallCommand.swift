import Agent
import ArgumentParser
import Fleet

/// `edgewright-agent uninstall`
struct UninstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Remove the service and the program.",
        discussion: "Settings and key stay, so that the agent is the same when it is installed again.")

    @Option(help: ArgumentHelp("Folder that stands for /, for images and tests.", valueName: "dir"))
    var prefix: String?
    @Flag(help: "Remove settings and key too.") var purge = false

    func run() throws {
        let systemctl = try Systemctl.ifWanted(prefix: prefix, noStart: false)
        try Installation(prefix: prefix ?? "", systemctl: systemctl).uninstall(purging: purge) { print($0) }
    }
}
