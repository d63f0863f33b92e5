import Configuration
import Fleet
import Foundation
import Logging
import Server
import SystemPackage
import Transport

/// What `serve` is told: flags, then `EDGEWRIGHT_...` variables, then the YAML file, then the defaults here.
struct ServeSettings {
    enum LogFormat: String { case text, json }

    /// `listen`: host and port of the listener.
    let host: String
    let port: Int
    /// `localListen`: loopback address and port of another one, without TLS, for what runs on this machine; none when
    /// absent.
    let local: ServerConfiguration.Address?
    /// `dataDir`: where the embedded store and the sealing key are.
    let dataDirectory: URL
    /// `database`: `sqlite:PATH` or `postgres://...`; SQLite in the data folder when absent. May hold a password.
    let database: String
    /// `tlsCert` and `tlsKey`: PEM files; plain HTTP when absent.
    let tlsCertificate: String?
    let tlsKey: String?
    /// `edgeDomain`: services' own pages are at `{id}.<edgeDomain>`.
    let edgeDomain: String
    /// `consoleDirectory`: the built web console; looked for beside the program and in its source tree when absent.
    let consoleDirectory: URL?
    let logLevel: Logger.Level
    let logFormat: LogFormat
    /// `adminEmail` and `adminPassword`: of the first start only. The password is a secret.
    let adminEmail: String
    let adminPassword: String?
    /// `sealingKeyFile`: to be the same file for all that share a PostgreSQL.
    let sealingKeyFile: URL
    /// `refuseTargets`: networks, separated by commas, to which no connection is made for a service; link-local ones when
    /// absent.
    let refusedTargets: [AddressRange]
    /// `trustedProxies`: networks of the proxies in front, whose `X-Forwarded-*` are believed; none when absent.
    let trustedProxies: [AddressRange]
    /// `peerAddress`: URL at which other control planes on the same PostgreSQL reach this one; the listener's own when
    /// absent.
    let peerAddress: String?
    /// `peerCA`: PEM file of who signs the certificates of those others; the system's authorities when absent.
    let peerAuthorities: String?
    /// `agentDirectory`: the agent's program for download; looked for beside the program when absent.
    let agentDirectory: URL?
    /// `unmanagedAgents`: whether agents may come without an enrolment token, to be claimed.
    let takesUnmanagedAgents: Bool
    /// `monitorInterval`: seconds between two probes of a service.
    let monitorInterval: Int
    /// `monitorTimeout`: seconds for each request of a probe.
    let monitorTimeout: Int
    /// `monitorMisses`: missed probes in a row that make a service offline.
    let monitorMisses: Int

    /// - Parameter flags: by key, those that were given.
    /// - Throws: when the file can't be read, or a value is not what it should be.
    static func read(flags: [String: String], file: String?) async throws -> ServeSettings {
        let values = flags.map { key, value in
            (AbsoluteConfigKey([key]), ConfigValue(.string(value), isSecret: false))
        }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: Dictionary(values) { _, last in last }),
            EnvironmentVariablesProvider().prefixKeys(with: "edgewright"),
        ]
        let fromEnvironment = ProcessInfo.processInfo.environment["EDGEWRIGHT_CONFIG_FILE"]
        if let path = file ?? fromEnvironment {
            providers.append(try await FileProvider<YAMLSnapshot>(filePath: FilePath(path)))
        }
        return try ServeSettings(SettingsReader(reader: ConfigReader(providers: providers)))
    }

    private init(_ settings: SettingsReader) throws {
        (host, port) = try Self.address(settings.text("listen") ?? "127.0.0.1:8080", of: "listen")
        local = try settings.text("localListen").map(Self.localAddress)
        dataDirectory = URL(filePath: settings.text("dataDir") ?? "./data", directoryHint: .isDirectory)
        let embedded = "sqlite:" + dataDirectory.appending(path: "edgewright.sqlite").path
        database = settings.text("database") ?? embedded
        tlsCertificate = settings.text("tlsCert")
        tlsKey = settings.text("tlsKey")
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw SettingsError("tlsCert and tlsKey must be given together")
        }
        edgeDomain = settings.text("edgeDomain") ?? "localhost"
        consoleDirectory = settings.text("consoleDirectory").map { URL(filePath: $0, directoryHint: .isDirectory) }
        logLevel = try settings.choice("logLevel", default: .info)
        logFormat = try settings.choice("logFormat", default: .text)
        adminEmail = settings.text("adminEmail") ?? "admin@edgewright.local"
        adminPassword = settings.text("adminPassword")
        let key = settings.text("sealingKeyFile")
        sealingKeyFile = key.map { URL(filePath: $0) } ?? dataDirectory.appending(path: "sealing.key")
        refusedTargets = try settings.networks("refuseTargets") ?? TargetGuard.linkLocal
        trustedProxies = try settings.networks("trustedProxies") ?? []
        peerAddress = try settings.url("peerAddress")
        peerAuthorities = try settings.text("peerCA").map { path in
            guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
                throw SettingsError("peerCA: \(path) can't be read")
            }
            return text
        }
        agentDirectory = settings.text("agentDirectory").map { URL(filePath: $0, directoryHint: .isDirectory) }
        takesUnmanagedAgents = try settings.flag("unmanagedAgents", default: true)
        monitorInterval = try settings.number("monitorInterval", default: 15, in: 1...86_400)
        monitorTimeout = try settings.number("monitorTimeout", default: 5, in: 1...120)
        monitorMisses = try settings.number("monitorMisses", default: 2, in: 1...10)
    }

    private static func address(_ text: String, of key: String) throws -> (String, Int) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port)
        else { throw SettingsError("\(key) must be HOST:PORT, such as 127.0.0.1:8080") }
        let host = text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        return (host.isEmpty ? "0.0.0.0" : host, port)
    }

    /// What is said there is not encrypted, so nobody is to hear it.
    private static func localAddress(_ text: String) throws -> ServerConfiguration.Address {
        let (host, port) = try address(text, of: "localListen")
        guard TargetGuard.loopback.contains(where: { $0.contains(host) }) else {
            throw SettingsError("localListen must be a loopback address, such as 127.0.0.1:8081: it has no TLS")
        }
        return ServerConfiguration.Address(host: host, port: port)
    }
}

/// A setting is not what it should be; says which and why.
struct SettingsError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Reads one setting at a time, whatever type its source gives it.
struct SettingsReader {
    let reader: ConfigReader

    func text(_ key: String) -> String? {
        reader.string(forKey: ConfigKey([key])) ?? reader.int(forKey: ConfigKey([key])).map(String.init)
    }

    /// Texts with commas between them, or a list where the source has such a thing (YAML).
    func list(_ key: String) -> [String]? {
        let texts = reader.stringArray(forKey: ConfigKey([key])) ?? text(key)?.split(separator: ",").map(String.init)
        return texts?.map { $0.trimmingCharacters(in: .whitespaces) }
    }

    func networks(_ key: String) throws -> [AddressRange]? {
        try list(key)?.map { text in
            guard let range = AddressRange(text) else {
                throw SettingsError("\(key) has “\(text)”, which is no network such as 10.0.0.0/8")
            }
            return range
        }
    }

    func choice<Value: RawRepresentable<String>>(_ key: String, default fallback: Value) throws -> Value {
        guard let text = text(key) else { return fallback }
        guard let value = Value(rawValue: text.lowercased()) else {
            throw SettingsError("\(key) can't be “\(text)”")
        }
        return value
    }

    func flag(_ key: String, default fallback: Bool) throws -> Bool {
        if let value = reader.bool(forKey: ConfigKey([key])) { return value }
        guard let text = text(key) else { return fallback }
        guard let value = Bool(text) else { throw SettingsError("\(key) must be true or false, not “\(text)”") }
        return value
    }

    func url(_ key: String) throws -> String? {
        guard let text = text(key) else { return nil }
        guard let endpoint = try? ServiceEndpoint(text), endpoint.connection == .direct else {
            throw SettingsError("\(key) must be a URL such as http://10.0.0.5:8080, not “\(text)”")
        }
        return endpoint.description
    }

    func number(_ key: String, default fallback: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = text(key) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw SettingsError("\(key) must be \(range.lowerBound) to \(range.upperBound), not “\(text)”")
        }
        return number
    }
}
