import AgentIdentity
import Fleet
package import Foundation

/// Where an agent keeps who it is.
package struct StateFolder: Sendable {
    package let url: URL

    package init(_ path: String) { url = URL(filePath: path, directoryHint: .isDirectory) }

    package var key: URL { url.appending(path: "agent.key") }
    /// The key that takes the place of the other, once the platform knows it.
    package var nextKey: URL { url.appending(path: "agent.key.next") }
    package var statusSocket: URL { url.appending(path: "status.sock") }
    /// What the platform has said when it took the agent in.
    package var enrolment: URL { url.appending(path: "enrolled.json") }

    /// Makes the folder, for its owner alone, if it is not there. One that is there is left as it is: it may be
    /// somebody else's too.
    /// - Throws: `AgentKeyPair.FileError`.
    package func prepare() throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue { return }
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw AgentKeyPair.FileError("The folder \(url.path) can't be made: \(Self.reason(error)).")
        }
    }

    /// - Returns: `nil` while another agent has it. It is given back when the value goes, or the program ends.
    /// - Throws: `AgentKeyPair.FileError`.
    package func lock() throws -> FolderLock? { try FolderLock(url) }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let cause = underlying ?? error as NSError
        guard cause.domain == NSPOSIXErrorDomain else { return cause.localizedDescription }
        return String(cString: strerror(Int32(cause.code))).lowercased()
    }
}

/// That nobody else runs with the same state: two with one key are a copy of each other.
///
/// The folder itself is locked, so that nothing has to be written for it.
package final class FolderLock: Sendable {
    private let descriptor: Int32

    fileprivate init?(_ folder: URL) throws {
        let opened = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            throw AgentKeyPair.FileError("The folder \(folder.path) can't be opened: \(reason).")
        }
        descriptor = opened
        // A file system without locks (ENOLCK, ENOSYS and others) can't say who else is there.
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return nil }
    }

    deinit { close(descriptor) }
}
