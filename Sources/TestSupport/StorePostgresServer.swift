import Foundation

/// A PostgreSQL server from Debian's package that lives as long as this process.
///
/// A shell holds it: it waits for the end of its standard input, which comes when this process ends in whatever way,
/// and then stops the server and removes its files.
enum TestPostgresServer {
    /// - Returns: the URL of its maintenance database.
    /// - Throws: `TestPostgresError` with what the shell said.
    static func start() async throws -> String {
        let output = ChildProcess.makePipe()
        _ = try ChildProcess(
            URL(filePath: "/bin/sh"), ["-c", script], input: lifeline.fileHandleForReading,
            output: output.fileHandleForWriting)
        try output.fileHandleForWriting.close()
        let said = await firstWords(of: output.fileHandleForReading)
        guard let folder = said.split(separator: "\n").last.flatMap({ $0.wholeMatch(of: /ready (\/\S+)/) })?.1 else {
            throw TestPostgresError(message: "The tests need PostgreSQL, and it did not start: \(said)")
        }
        return "postgresql:///postgres?host=\(folder)&user=postgres"
    }

    /// Its writing end is never closed while this process lives.
    private static let lifeline = ChildProcess.makePipe()

    /// What is said up to the line that starts with "ready", or to the end.
    private static func firstWords(of handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            // Reading blocks, and tasks' threads must not.
            DispatchQueue.global().async {
                var text = ""
                while !text.contains(/(?m)^ready .*\n/) {
                    let data = handle.availableData
                    guard !data.isEmpty else { break }
                    text += String(decoding: data, as: UTF8.self)
                }
                continuation.resume(returning: text)
            }
        }
    }

    private static let script = #"""
        set -eu
        # Nothing ends this shell before it has stopped the server: not Ctrl-C, not a listener that died before "ready".
        trap '' INT TERM HUP PIPE
        bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
        if [ ! -x "$bin/initdb" ]; then
            echo "there is no /usr/lib/postgresql/*/bin/initdb; install it with: apt-get install postgresql"
            exit 1
        fi
        # Short, for the path of a socket has at most 107 characters.
        dir=$(mktemp -d /tmp/ew-pg-XXXXXX)
        as=
        if [ "$(id -u)" = 0 ]; then
            chown postgres "$dir"
            as="setpriv --reuid=postgres --regid=postgres --clear-groups"
        fi
        cd "$dir"
        $as "$bin/initdb" -D data -A trust -U postgres -E UTF8 --locale=C.UTF-8 -N >initdb.log 2>&1 || {
            cat initdb.log; rm -rf "$dir"; exit 1
        }
        $as "$bin/pg_ctl" -D data -l "$dir/data/server.log" -w -t 60 start -o "-k '$dir' -c listen_addresses='' \
            -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 \
            -c shared_buffers=64MB -c log_min_messages=fatal" >start.log 2>&1 || {
            cat start.log data/server.log; rm -rf "$dir"; exit 1
        }
        echo "ready $dir" || true
        cat >/dev/null || true
        $as "$bin/pg_ctl" -D data -m immediate stop >/dev/null 2>&1 || true
        cd /
        rm -rf "$dir"
        """#
}
