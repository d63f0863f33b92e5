import Foundation

/// Two real registries from Debian's package, without TLS: one for everybody, one with a password. Shared by the tests
/// of this process; a shell ends them with it, as it does the tests' PostgreSQL.
package struct RegistryWorld: Sendable {
    /// `127.0.0.1:port`
    package let open: String
    package let guarded: String

    /// Of the guarded one.
    package static let username = "edge"
    package static let password = "registry-secret"

    package static func shared() async throws -> RegistryWorld { try await SharedRegistries.instance.world() }

    /// Makes an image of one file in the tests' engine, and pushes it.
    /// - Parameters:
    ///   - reference: begins with the address of a registry.
    ///   - size: bytes of the file, that don't compress.
    package func push(_ reference: String, size: Int = 1000, by engine: DockerWorld) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ew-image-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try await Shell.run(["sh", "-c", "head -c \(size) /dev/urandom >\(folder.path)/file"])
        let archive = folder.appending(path: "image.tar").path
        _ = try await Shell.run(["tar", "-C", folder.path, "-cf", archive, "file"])
        try await engine.run(["import", "--change", "CMD [\"/file\"]", archive, reference])
        try await push(tagged: reference, by: engine)
    }

    /// Pushes an image that the engine has under another name, which it then has no more.
    package func push(copying image: String, as reference: String, by engine: DockerWorld) async throws {
        try await engine.run(["tag", image, reference])
        try await push(tagged: reference, by: engine)
        try await engine.run(["rmi", reference])
    }

    private func push(tagged reference: String, by engine: DockerWorld) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ew-client-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        if reference.hasPrefix(guarded) {
            // The client keeps the password in a folder of its own, for this one push.
            let client = ["--config", folder.path]
            let login = ["login", "--username", Self.username, "--password", Self.password, guarded]
            try await engine.run(login, client: client)
            try await engine.run(["push", reference], client: client)
        } else {
            try await engine.run(["push", reference])
        }
    }
}

private actor SharedRegistries {
    static let instance = SharedRegistries()
    private var starting: Task<RegistryWorld, any Error>?

    func world() async throws -> RegistryWorld {
        let task = starting ?? Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    /// Its writing end is never closed while this process lives.
    private static let lifeline = ChildProcess.makePipe()

    private static func start() async throws -> RegistryWorld {
        let output = ChildProcess.makePipe()
        _ = try ChildProcess(
            URL(filePath: "/bin/bash"), ["-c", script], input: lifeline.fileHandleForReading,
            output: output.fileHandleForWriting)
        try output.fileHandleForWriting.close()
        let said = await Shell.firstLine(of: output.fileHandleForReading)
        guard let match = said.wholeMatch(of: /ready (\S+) (\S+)/) else {
            throw WorldError("The tests need docker-registry, and it did not start: \(said)")
        }
        return RegistryWorld(open: String(match.1), guarded: String(match.2))
    }

    /// The line of the password is what `htpasswd -B` writes for `edge` and `registry-secret`.
    private static let script = #"""
        trap '' INT TERM HUP PIPE
        command -v docker-registry >/dev/null || {
            echo "there is no docker-registry; install it with: apt-get install docker-registry"; exit 1
        }
        dir=$(mktemp -d /tmp/ew-registry-XXXXXX)
        echo 'edge:$2b$04$SSY0L0mumMBjfnXVNROluu59I6c8ZRiqm2S0QQywsAplPqns4Ep02' >"$dir/users"
        serve() {
            cat >"$dir/$1.yml" <<END
        version: 0.1
        storage: {filesystem: {rootdirectory: $dir/$1}}
        http: {addr: "127.0.0.1:0", secret: tests}
        $2
        END
            docker-registry serve "$dir/$1.yml" >"$dir/$1.log" 2>&1 </dev/null &
        }
        serve open ''
        open=$!
        serve guarded "auth: {htpasswd: {realm: tests, path: $dir/users}}"
        guarded=$!
        address() {
            for _ in $(seq 100); do
                grep -o 'listening on 127.0.0.1:[0-9]*' "$dir/$1.log" | cut -d' ' -f3 | grep . && return
                sleep 0.05
            done
            tail -1 "$dir/$1.log"
        }
        echo "ready $(address open) $(address guarded)"
        cat >/dev/null
        kill "$open" "$guarded"
        rm -rf "$dir"
        """#
}
