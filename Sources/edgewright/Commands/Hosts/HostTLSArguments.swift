import ArgumentParser
import Fleet
import Foundation

/// How a Docker engine and the platform prove themselves to each other; PEM files, as `docker` itself takes them.
struct HostTLSArguments: ParsableArguments {
    @Option(
        name: .customLong("tls-ca"),
        help: ArgumentHelp("Who signed the engine's certificate; the system's authorities without.", valueName: "file"),
        completion: .file())
    var authorityFile: String?

    @Option(
        name: .customLong("tls-cert"), help: ArgumentHelp("The platform's certificate for it.", valueName: "file"),
        completion: .file())
    var certificateFile: String?

    @Option(
        name: .customLong("tls-key"), help: ArgumentHelp("That certificate's private key.", valueName: "file"),
        completion: .file())
    var keyFile: String?

    func validate() throws {
        guard (certificateFile == nil) == (keyFile == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together.")
        }
    }

    var isEmpty: Bool { authorityFile == nil && certificateFile == nil && keyFile == nil }

    /// `nil` when nothing was said of it.
    /// - Throws: `CommandFailure` of usage naming the option whose file can't be read.
    func request() throws -> HostTLSRequest? {
        guard !isEmpty else { return nil }
        return HostTLSRequest(
            ca: try Self.text(authorityFile, "--tls-ca"), certificate: try Self.text(certificateFile, "--tls-cert"),
            key: try Self.text(keyFile, "--tls-key"))
    }

    private static func text(_ path: String?, _ option: String) throws -> String? {
        guard let path else { return nil }
        guard let text = try? String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8) else {
            throw CommandFailure(.usage, "\(option): \(path) can't be read.")
        }
        guard text.contains("-----BEGIN ") else {
            throw CommandFailure(.usage, "\(option): \(path) is not a PEM file.")
        }
        return text
    }
}
