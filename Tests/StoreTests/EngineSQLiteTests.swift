import Foundation
import Logging
import Store
import TestSupport
import Testing

@Suite struct EngineSQLiteTests {
    @Test func `the files are for their owner only`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "data/store.sqlite")
            let database = try await Database.open(.sqlite(path: file.path), migrations: nil)
            try await database.makeThings()
            for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
                let path = folder.appending(path: "data/\(name)").path
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
            }
            await database.close()
        }
    }

    @Test func `commits reach the disk, and references are checked`() async throws {
        try await withDatabase(on: .sqlite) { database in
            let settings = try await database.write { session in
                try ["synchronous", "foreign_keys", "journal_mode"].map { name in
                    try session.query("PRAGMA \(name)")[0].value(0)
                }
            }
            #expect(settings == [2, 1, "wal"])
        }
    }

    @Test func `what cannot be opened is named`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "store.sqlite").path
            try Data("this is no database, and long enough to have a header".utf8).write(to: URL(filePath: path))
            let corrupt = try await storeError { _ = try await Database.open(.sqlite(path: path), migrations: nil) }
            #expect(corrupt.kind == .corrupt)
            #expect(corrupt.message.contains(path))
            let missing = try await storeError {
                _ = try await Database.open(.sqlite(path: "/proc/nowhere/store.sqlite"), migrations: nil)
            }
            #expect(missing.kind == .unavailable)
        }
    }

    @Test func `who is to be alone has the file to itself, while others may look`() async throws {
        try await withDatabaseLocation(on: .sqlite) { location in
            let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let one = try await Database.open(location, logger: quiet)
            let looking = try await Database.open(location, migrations: nil)
            let refused = try await storeError { _ = try await Database.open(location, logger: quiet) }
            #expect(refused.kind == .unavailable)
            #expect(refused.message.contains("Another process serves"), "\(refused)")
            await one.close()
            try await Database.open(location, logger: quiet).close()
            await looking.close()
        }
    }

    @Test func `a writer of another process is waited for`() async throws {
        try await withDatabaseLocation(on: .sqlite) { location in
            let (one, other) = (
                try await Database.open(location, migrations: nil), try await Database.open(location, migrations: nil)
            )
            try await one.makeThings()
            try await withThrowingTaskGroup { group in
                for database in [one, other] {
                    group.addTask {
                        for _ in 0..<50 {
                            try await database.write { session in
                                let next = try session.query("SELECT COUNT(*) FROM thing")[0].int(0) + 1
                                try session.execute("INSERT INTO thing (id) VALUES (?)", [next])
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await one.countThings() == 100)
            await one.close()
            await other.close()
        }
    }
}
