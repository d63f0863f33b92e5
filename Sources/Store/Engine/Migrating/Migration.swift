import Foundation

/// One numbered file: `0007-alarms.sql`, or `0008-search.sqlite.sql` beside `0008-search.postgres.sql` where the
/// engines need different statements.
struct Migration: Sendable {
    let number: Int64
    let name: String
    /// Of the file's bytes: shows that it was edited.
    let checksum: String
    private let text: String

    /// Where the program's own migrations are.
    static var bundledFolder: URL? { Bundle.module.url(forResource: "Migrations", withExtension: nil) }

    /// The statements in this engine's words.
    func statements(for dialect: SQLDialect) -> [String] {
        MigrationScript(text).statements(for: dialect)
    }

    /// - Returns: nil for a file that is meant for the other engine, or is no migration at all.
    private init?(_ file: URL, for dialect: SQLDialect) throws {
        guard file.pathExtension == "sql" else { return nil }
        var name = file.deletingPathExtension().lastPathComponent
        for named in SQLDialect.allCases where name.hasSuffix(".\(named.rawValue)") {
            guard named == dialect else { return nil }
            name = String(name.dropLast(named.rawValue.count + 1))
        }
        guard let match = name.wholeMatch(of: /([0-9]{4})-([a-z0-9-]+)/), let number = Int64(match.1) else {
            throw StoreError(.migration, "\(file.lastPathComponent) is not named like 0001-services.sql.")
        }
        let data = try Data(contentsOf: file)
        self.number = number
        self.name = String(match.2)
        checksum = Self.checksum(of: data)
        text = String(decoding: data, as: UTF8.self)
    }

    /// FNV-1a, 64 bits: against mistakes, not against attackers, who could change the recorded one too.
    private static func checksum(of data: Data) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in data { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }

    /// Every migration of a folder for this engine, in order.
    ///
    /// - Throws: `StoreError` of kind `.migration` when the folder can't be read, a file is misnamed, or two have
    ///   the same number.
    static func all(in folder: URL, for dialect: SQLDialect) throws -> [Migration] {
        let files: [URL]
        var migrations: [Migration]
        do {
            files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            migrations = try files.compactMap { try Migration($0, for: dialect) }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.migration, "The migrations in \(folder.path) can't be read.", cause: error)
        }
        migrations.sort { $0.number < $1.number }
        for (one, next) in zip(migrations, migrations.dropFirst()) where one.number == next.number {
            throw StoreError(.migration, "Two migrations have the number \(one.number): \(one.name), \(next.name).")
        }
        return migrations
    }
}
