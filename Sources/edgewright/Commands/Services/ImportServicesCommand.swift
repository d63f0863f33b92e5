import ArgumentParser
import Client
import Fleet
import Foundation

struct ImportServicesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Adopt the services of a CSV file.",
        discussion: """
            The columns are category,name,nodeType,endpoint,scheme,tagName. Good lines are imported, whatever the \
            others are like; bad ones are listed on standard error, and the exit code is 2.
            """)

    @Argument(help: "The CSV file; “-” is standard input.", completion: .file(extensions: ["csv"]))
    var file: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: ArgumentHelp("Write the bad lines to this CSV file instead.", valueName: "file"), completion: .file())
    var report: String?

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let url = file == "-" ? nil : URL(fileURLWithPath: file)
        if let url, !FileManager.default.isReadableFile(atPath: url.path) {
            throw CommandFailure(.usage, "\(file) can't be read.")
        }
        let project = try await session.project(project)
        let bytes = FileBytes(url)
        let progress = ProgressDisplay(title: "Importing", total: bytes.count, unit: .bytes, session.console)
        let result = try await send(bytes, to: project, session, progress)
        try printSummary(result, on: session.console)
        guard result.failed.isEmpty else {
            try tell(result.failed.sorted { $0.line < $1.line }, session.console)
            throw CommandFailure(
                .partlyFailed, "\(result.failed.count) lines were not imported.",
                advice: report.map { "They are in \($0)." })
        }
    }

    private func send(
        _ bytes: FileBytes, to project: Identifier<Project>, _ session: ClientSession, _ progress: ProgressDisplay
    ) async throws -> ImportResult {
        defer { progress.finish() }
        return try await session.client.importServices(in: project, bytes, length: bytes.count) { progress.show($0) }
    }

    private func printSummary(_ result: ImportResult, on console: Console) throws {
        guard !output.quiet else { return }
        try output.printOne(
            ImportSummary(imported: result.imported, failed: result.failedTotal), on: console)
    }

    private func tell(_ failures: [ImportFailure], _ console: Console) throws {
        guard let report else {
            return console.warn(try OutputFormat.table.text(failures, styled: console.errorIsStyled))
        }
        let text = try OutputFormat.csv.text(failures, styled: false)
        try Data(text.utf8).write(to: URL(fileURLWithPath: report))
    }
}

/// The figures of an import.
private struct ImportSummary: Listed {
    let imported: Int
    let failed: Int

    var listName: String { "\(imported)" }

    static var columns: [Column<ImportSummary>] {
        [
            .slim("imported") { "\($0.imported)" },
            .slim("failed", style: { $0.failed > 0 ? .bad : .plain }, { "\($0.failed)" }),
        ]
    }
}
