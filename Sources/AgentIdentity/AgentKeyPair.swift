import Crypto
package import Foundation

/// An agent's key pair (Ed25519, RFC 8032). It is made on the agent's machine, and the private half never leaves it.
package struct AgentKeyPair: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// A new one.
    package init() { key = Curve25519.Signing.PrivateKey() }

    init(key: Curve25519.Signing.PrivateKey) { self.key = key }

    /// 32 bytes.
    package var publicKey: Data { key.publicKey.rawRepresentation }
    package var fingerprint: AgentFingerprint { AgentFingerprint(of: publicKey) }

    func signature(of bytes: Data) throws -> Data { try key.signature(for: bytes) }
}

// MARK: Its file

extension AgentKeyPair {
    /// Why the key's file is of no use, in a sentence for whoever runs the agent.
    package struct FileError: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    /// Reads the key, or makes one when there is no file. A file that is there is never replaced: it is who the agent is.
    /// - Throws: `FileError`.
    package static func load(from file: URL) throws -> AgentKeyPair {
        if let pair = try read(file) { return pair }
        let pair = AgentKeyPair()
        try pair.save(to: file, replacing: false)
        // Somebody else may have been faster: then theirs is the key.
        guard let kept = try read(file) else { throw FileError("The key was not kept in \(file.path).") }
        return kept
    }

    /// - Returns: `nil` when there is no file.
    /// - Throws: `FileError`.
    package static func read(_ file: URL) throws -> AgentKeyPair? {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT { return nil }
            let failure = failure("can't be read", file)
            guard code == EACCES else { throw failure }
            let folder = file.deletingLastPathComponent().path
            throw FileError(
                "\(failure) Use sudo; or if it is another user's than the agent's: chown --reference=\(folder) \(file.path)"
            )
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("can't be read", file) }
        guard status.st_mode & 0o077 == 0 else {
            throw FileError(
                "The key in \(file.path) can be read by others: make it chmod 600, or remove it to get a new one.")
        }
        guard let text = try? handle.read(upToCount: 1024),
            let bytes = Data(
                base64Encoded: String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { throw FileError("What is in \(file.path) is not a key.") }
        return AgentKeyPair(key: key)
    }

    /// Writes it whole or not at all, readable by its owner only, and so that it is there after a loss of power.
    /// - Parameter replacing: what is there; without, it stays.
    /// - Throws: `FileError`, on a full disk for instance; what was there is as it was then.
    package func save(to file: URL, replacing: Bool) throws {
        let draft = file.deletingLastPathComponent().appending(path: ".\(file.lastPathComponent).\(UUID().uuidString)")
        let descriptor = open(draft.path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("can't be written", file) }
        defer { unlink(draft.path) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard handle.giveToOwner(of: file.deletingLastPathComponent()) else {
            throw Self.failure("can't be given to its folder's owner", file)
        }
        do {
            try handle.write(contentsOf: Data((key.rawRepresentation.base64EncodedString() + "\n").utf8))
            try handle.synchronize()
            try handle.close()
        } catch {
            throw Self.failure("can't be written", file)
        }
        let isDone = replacing ? rename(draft.path, file.path) == 0 : link(draft.path, file.path) == 0
        guard isDone || (!replacing && errno == EEXIST) else { throw Self.failure("can't be written", file) }
        try Self.synchronizeFolder(of: file)
    }

    /// Puts one key's file in the place of another's, whole or not at all, and so that it stays after a loss of power.
    /// - Throws: `FileError`.
    package static func move(_ file: URL, to place: URL) throws {
        guard rename(file.path, place.path) == 0 else { throw failure("can't be written", place) }
        try synchronizeFolder(of: place)
    }

    private static func synchronizeFolder(of file: URL) throws {
        let descriptor = open(file.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't be written", file) }
        defer { close(descriptor) }
        // Some file systems have no such thing (EINVAL): then there is nothing to wait for.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("can't be written", file) }
    }

    private static func failure(_ what: String, _ file: URL) -> FileError {
        FileError("The key \(what) in \(file.path): \(String(cString: strerror(errno)).lowercased()).")
    }
}
