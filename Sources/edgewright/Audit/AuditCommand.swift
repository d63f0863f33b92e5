import ArgumentParser
import ControlPlane
import Fleet
import Foundation
import Logging
import Store

/// `edgewright audit`: the audit log.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Look at the audit log.",
        subcommands: [ListAuditCommand.self, AuditVerifyCommand.self])
}

/// `edgewright audit verify`: walks the chain in the store itself, so that it can be checked without trusting a server.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that no entry of the audit log was changed or taken out.")

    @Option(help: "YAML file with the settings of serve.") var config: String?
    @Option(help: "Folder of the embedded store (./data).") var dataDir: String?
    @Option(help: "sqlite:PATH or postgres://USER@HOST/NAME.") var database: String?

    func run() async throws {
        let flags = ["dataDir": dataDir, "database": database].compactMapValues(\.self)
        let settings = try await ServeSettings.read(flags: flags, file: config)
        let logger = Logger(label: "audit") { _ in SwiftLogNoOpLogHandler() }
        var options = DatabaseOptions()
        // It only looks: a slip of the path must not make a new log and call that one sound, nor a newer program change
        // the schema below a server that runs.
        options.makesMissing = false
        options.isAlone = false
        options.migrations = nil
        let opened = try await Database.open(
            try DatabaseLocation(settings.database), options: options, logger: logger)
        let context = ControlPlaneContext(database: opened, now: { Timestamp(Date()) }, logger: logger)
        let result = try await AuditLog(context: context).verifyAudit()
        await opened.close()
        switch result {
        case .sound(0):
            FileHandle.standardError.write(
                Data("There is no entry in this audit log, and even the first start writes some.\n".utf8))
            throw ExitCode(1)
        case .sound(let entries):
            print("The audit log is sound: \(entries) entries.")
        case .broken(let sequence, let reason):
            FileHandle.standardError.write(Data("The audit log is broken at entry \(sequence): \(reason).\n".utf8))
            throw ExitCode(1)
        }
    }
}
