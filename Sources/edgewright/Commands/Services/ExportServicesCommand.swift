import ArgumentParser
import Client
import Fleet
import Foundation
import NIOCore
import NIOFoundationCompat

struct ExportServicesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write services to a CSV file that can be imported again.",
        discussion: "All services of the project, those of a filter, or those that are named.")

    @Argument(help: "Only these services, by id or name.")
    var services: [String] = []

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var filter: ServiceFilterArguments

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var file: String?

    @Flag(help: "For a spreadsheet: an apostrophe in front of what it would run. Don't import that again.")
    var spreadsheet = false

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        var ids: [Identifier<EdgeService>] = []
        for service in services { ids.append(try await session.service(named: service, in: project).id) }
        let filter = try await filter.filter(session, in: project)
        let bytes = try await session.client.exportServices(
            in: project, filter, ids: ids, spreadsheet: spreadsheet)
        guard let file else {
            for try await chunk in bytes { try session.console.writeOutput(Data(buffer: chunk)) }
            return
        }
        try await write(bytes, to: URL(fileURLWithPath: file), session.console)
    }

    /// The file appears whole or not at all.
    private func write(_ bytes: APIByteStream, to url: URL, _ console: Console) async throws {
        let fresh = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).part")
        guard FileManager.default.createFile(atPath: fresh.path, contents: nil) else {
            throw CommandFailure(.failed, "\(url.path) can't be written.")
        }
        let handle = try FileHandle(forWritingTo: fresh)
        let progress = ProgressDisplay(title: "Exporting", total: nil, unit: .bytes, console)
        defer { progress.finish() }
        do {
            var written: Int64 = 0
            for try await chunk in bytes {
                try handle.write(contentsOf: Data(buffer: chunk))
                written += Int64(chunk.readableBytes)
                progress.show(written)
            }
            try handle.close()
            guard rename(fresh.path, url.path) == 0 else {
                throw CommandFailure(.failed, "\(url.path) can't be written.")
            }
        } catch {
            try? FileManager.default.removeItem(at: fresh)
            throw error
        }
    }
}
