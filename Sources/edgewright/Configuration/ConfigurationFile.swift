import Foundation
import Yams

/// What login stored: where one signed in, and the token it got.
struct StoredLogin: Codable, Equatable, Sendable {
    var server: String
    var token: String
    /// To revoke it at logout.
    var tokenId: String?
    var email: String?
    /// PEM file of the authorities that the server's certificate may be of.
    var authoritiesFile: String?
}

/// The file with the stored login, readable by its owner alone.
struct ConfigurationFile: Sendable {
    let url: URL

    init(url: URL) { self.url = url }

    init(environment: [String: String]) {
        if let path = environment["EDGEWRIGHT_CONFIG"], !path.isEmpty {
            url = URL(fileURLWithPath: path)
            return
        }
        let home = environment["HOME"] ?? NSHomeDirectory()
        let base = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.config"
        url = URL(fileURLWithPath: base).appendingPathComponent("edgewright/config.yaml")
    }

    /// - Throws: `CommandFailure` when it is there but can't be read.
    func read() throws -> StoredLogin? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do {
            return try YAMLDecoder().decode(StoredLogin.self, from: Data(contentsOf: url))
        } catch {
            throw CommandFailure(
                .failed, "The stored login in \(url.path) can't be read.",
                advice: "Remove the file and sign in again with: edgewright login URL")
        }
    }

    /// Replaces the file in one step; at no moment can others read it.
    func write(_ login: StoredLogin) throws {
        let directory = url.deletingLastPathComponent()
        let files = FileManager.default
        try files.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let fresh = directory.appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString)")
        let data = Data(try YAMLEncoder().encode(login).utf8)
        guard files.createFile(atPath: fresh.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CommandFailure(.failed, "\(directory.path) can't be written to.")
        }
        do {
            // The mode of createFile is subject to the umask of a moment; this is not.
            try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: fresh.path)
            let handle = try FileHandle(forWritingTo: fresh)
            try handle.write(contentsOf: data)
            try handle.close()
            guard rename(fresh.path, url.path) == 0 else {
                throw CommandFailure(.failed, "\(url.path) can't be written.")
            }
        } catch {
            try? files.removeItem(at: fresh)
            throw error
        }
    }

    func remove() throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        try FileManager.default.removeItem(at: url)
    }
}
