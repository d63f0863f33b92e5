import ArgumentParser
import Client
import Fleet
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

struct RequestServiceCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Ask a service's own API through the platform.",
        discussion: """
            edgewright services request press-4 GET /api/version
            edgewright services request press-4 POST /api/neuron/node -d @node.json

            The answer's body goes to standard output; the exit code is 22 when its status is 400 or more.
            """)

    @Argument(help: "The service, by id or name.")
    var service: String

    @Argument(help: "GET, HEAD, POST, PUT, PATCH, DELETE, ...")
    var method: String

    @Argument(help: "Path and query on the service, percent-encoded.")
    var path: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The body: text, @file, or @- for standard input.", valueName: "text|@file"))
    var data: String?

    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp("A header field; may be given several times.", valueName: "name: value"))
    var header: [String] = []

    @Flag(name: .shortAndLong, help: "Print the answer's status and header fields too.")
    var include = false

    func validate() throws {
        guard !method.isEmpty, method.utf8.allSatisfy({ (65...90).contains($0) || (97...122).contains($0) }) else {
            throw ValidationError("“\(method)” is no method.")
        }
        _ = try headerFields()
    }

    func run(_ session: ClientSession) async throws {
        let found = try await session.service(named: service, in: project)
        let request = TunnelRequest(
            method: HTTPMethod(rawValue: method.uppercased()), target: path, headers: try headerFields(),
            body: try requestBody())
        let answer = try await session.client.proxyService(found.id, request)
        if include { try session.console.print(head(answer)) }
        var endsLine = true
        for try await chunk in answer.body {
            try session.console.writeOutput(Data(buffer: chunk))
            endsLine = chunk.readableBytesView.last.map { $0 == UInt8(ascii: "\n") } ?? endsLine
        }
        // What a person reads next must not begin in the middle of a line.
        if !endsLine, session.console.outputIsTerminal { session.console.say("\n") }
        guard answer.status.code < 400 else {
            throw CommandFailure(.serviceAnsweredError, "\(found.name) answered with status \(answer.status.code).")
        }
    }

    private func headerFields() throws -> [(name: String, value: String)] {
        try header.map { text in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].trimmingCharacters(in: .whitespaces)
            guard parts.count == 2, !name.isEmpty else {
                throw ValidationError("“\(text)” is no header field; write “Name: value”.")
            }
            return (name, parts[1].trimmingCharacters(in: .whitespaces))
        }
    }

    private func requestBody() throws -> TunnelRequest.Body {
        guard let data else { return .none }
        guard data.hasPrefix("@") else { return .bytes(ByteBuffer(string: data)) }
        guard data != "@-" else { return .file(FileBytes(nil)) }
        let url = URL(fileURLWithPath: String(data.dropFirst()))
        guard FileManager.default.isReadableFile(atPath: url.path) else {
            throw CommandFailure(.usage, "\(url.path) can't be read.")
        }
        return .file(FileBytes(url))
    }

    private func head(_ answer: TunnelResponse) -> String {
        let fields = answer.headers.map { "\($0.name): \($0.value)\n" }.joined()
        return "HTTP \(answer.status.code) \(answer.status.reasonPhrase)\n\(fields)\n"
    }
}
