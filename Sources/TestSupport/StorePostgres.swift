import Foundation
import Logging
import Store

/// The PostgreSQL server of all tests of this process: the one `EDGEWRIGHT_TEST_POSTGRES` names, or one started here.
actor TestPostgres {
    static let shared = TestPostgres()

    /// Tests that have a database at the same time: each may open 8 connections, a server takes about 100.
    private static let maximumWorlds = 8

    /// Opened or failed once: what comes later gets the same answer.
    private var maintenance: Task<PostgresMaintenance, any Error>?
    private var template: Task<String, any Error>?
    private var worlds = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    nonisolated func withDatabase<Result>(
        migrated: Bool, _ body: (_ url: String) async throws -> Result
    ) async throws -> Result {
        await enter()
        do {
            let server = try await server()
            let template = migrated ? try await migratedTemplate(on: server) : nil
            let result = try await server.withDatabase(template: template, body)
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        guard worlds >= Self.maximumWorlds else { return worlds += 1 }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty {
            worlds -= 1
        } else {
            waiting.removeFirst().resume()
        }
    }

    private func server() async throws -> PostgresMaintenance {
        let task =
            maintenance
            ?? Task {
                if let url = ProcessInfo.processInfo.environment["EDGEWRIGHT_TEST_POSTGRES"], !url.isEmpty {
                    return try PostgresMaintenance(url: url)
                }
                return try PostgresMaintenance(url: await TestPostgresServer.start())
            }
        maintenance = task
        return try await task.value
    }

    /// Migrating takes longer than copying what is migrated, so it is done once.
    private func migratedTemplate(on server: PostgresMaintenance) async throws -> String {
        let task =
            template
            ?? Task {
                let name = try await server.createDatabase(template: nil)
                let url = server.url(ofDatabase: name)
                let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
                try await Database.open(.postgres(url: url), logger: logger).close()
                return name
            }
        template = task
        return try await task.value
    }
}

/// Makes and drops databases through a URL whose user may do so.
struct PostgresMaintenance: Sendable {
    private let components: URLComponents

    init(url: String) throws {
        guard let components = URLComponents(string: url) else {
            throw TestPostgresError(message: "EDGEWRIGHT_TEST_POSTGRES is not a URL.")
        }
        self.components = components
    }

    func url(ofDatabase name: String) -> String {
        var components = components
        components.path = "/\(name)"
        return components.string ?? ""
    }

    /// Makes a copy of the template, or an empty database, and returns its name.
    ///
    /// Its own collation is not the one of bytes, so that a column without `COLLATE "C"` shows in tests of sorting.
    func createDatabase(template: String?) async throws -> String {
        let name = "ew_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let source = template ?? "template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"
        try await run("CREATE DATABASE \(name) TEMPLATE \(source)")
        return name
    }

    func withDatabase<Result>(
        template: String?, _ body: (_ url: String) async throws -> Result
    ) async throws -> Result {
        let name = try await createDatabase(template: template)
        do {
            let result = try await body(url(ofDatabase: name))
            try await run("DROP DATABASE \(name) WITH (FORCE)")
            return result
        } catch {
            // The test's own error is the one to see.
            try? await run("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
    }

    private func run(_ command: String) async throws {
        let connection = PostgresConnection(url: components.string ?? "")
        try await connection.open()
        try await connection.run(command: command)
        await connection.close()
    }
}

struct TestPostgresError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}
