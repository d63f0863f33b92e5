import Fleet
package import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// The agent's program for download, one file a kind of machine: whoever installs an agent has it from the platform
/// itself, in the version that fits.
package struct AgentPrograms: Sendable {
    private static let prefix = "/agent/edgewright-agent-"
    /// As `uname -m` names them.
    private static let machines: Set<String> = ["x86_64", "aarch64"]

    /// Where the files are: `edgewright-agent-x86_64`.
    let folder: URL?

    /// - Parameter folder: `nil` when there are none.
    package init(folder: URL?) { self.folder = folder }

    /// Beside the program, where `make build` puts them.
    package static func usualFolder(program: URL) -> URL? {
        let folder = program.resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "agent")
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        return folder
    }

    /// - Returns: `nil` for another path.
    /// - Throws: `.notFound` for a machine that there is no program for.
    func respond(to request: Request, _ context: RequestScope) async throws -> Response? {
        let path = request.uri.path
        guard path.hasPrefix(Self.prefix), request.method == .get || request.method == .head else { return nil }
        let machine = String(path.dropFirst(Self.prefix.count))
        guard Self.machines.contains(machine), let folder else { throw Self.missing(machine) }
        let file = folder.appending(path: "edgewright-agent-\(machine)").path
        guard let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int else {
            throw Self.missing(machine)
        }
        var body = try await FileIO().loadFile(path: file, context: context)
        body = ResponseBody(contentLength: size) { [body] in try await body.write($0) }
        let response = Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream",
                .contentDisposition: "attachment; filename=\"edgewright-agent\"",
            ], body: body)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private static func missing(_ machine: String) -> EdgewrightError {
        EdgewrightError(
            .notFound,
            "This platform has no agent for a “\(machine.prefix(20))” machine; build it there with scripts/build.sh.")
    }
}
