import ArgumentParser
import Foundation
import Simulator

/// Who may use the simulated services.
struct SimulatedAccess: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        /// Everybody.
        case none
        /// Whoever has a token that one of the public keys checks.
        case jwt
        /// Whoever signs in; and, where public keys are given, tokens as well.
        case password
    }

    @Option(
        help: ArgumentHelp(
            "Ask for nothing, a token that a public key checks, or a sign-in with user and password.",
            discussion: "Default: what the other options speak of, otherwise none."))
    var auth: Kind?
    @Option(help: "The user of every service. (default: admin)") var user: String?
    @Option(help: "The user's password. (default: 0000)") var password: String?
    @Option(help: "Take tokens whose iss is ISSUER, checked by the public key in FILE.", transform: parseKey)
    var jwtKey: [NamedKey] = []
    @Option(help: "Take tokens checked by the public keys in a folder; iss is the file's whole name: edgewright.pub.")
    var jwtKeys: String?

    struct NamedKey {
        let issuer: String
        let file: String
    }

    private static func parseKey(_ text: String) throws -> NamedKey {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw ValidationError("--jwt-key must be ISSUER=FILE.") }
        return NamedKey(issuer: parts[0], file: parts[1])
    }

    /// As the service that is stood in for takes it, in a container above all.
    private var isSwitchedOff: Bool { ProcessInfo.processInfo.environment["NEURONEX_DISABLE_AUTH"] == "1" }

    private var kind: Kind {
        if let auth { return auth }
        if user != nil || password != nil { return .password }
        return jwtKey.isEmpty && jwtKeys == nil ? .none : .jwt
    }

    func validate() throws {
        if isSwitchedOff { return }
        let hasKeys = !jwtKey.isEmpty || jwtKeys != nil
        switch kind {
        case .none:
            guard !hasKeys, user == nil, password == nil else {
                throw ValidationError("--auth none takes no users and no keys.")
            }
        case .jwt:
            guard hasKeys else { throw ValidationError("--auth jwt needs --jwt-key or --jwt-keys.") }
            guard user == nil, password == nil else {
                throw ValidationError("--auth jwt takes no --user and no --password.")
            }
        case .password:
            guard user != "", password != "" else { throw ValidationError("--user and --password can't be empty.") }
        }
    }

    /// - Throws: `ValidationError` when a key can't be read.
    func configuration() throws -> SimulatedAuthenticationConfiguration {
        if isSwitchedOff {
            return SimulatedAuthenticationConfiguration(
                takesPasswords: false, username: "admin", password: "0000", publicKeys: [:], keyFolder: nil)
        }
        var keys: [String: String] = [:]
        for key in jwtKey {
            guard let text = try? String(contentsOfFile: key.file, encoding: .utf8) else {
                throw ValidationError("--jwt-key: \(key.file) can't be read.")
            }
            keys[key.issuer] = text
        }
        if let jwtKeys, (try? FileManager.default.contentsOfDirectory(atPath: jwtKeys)) == nil {
            throw ValidationError("--jwt-keys: \(jwtKeys) is no folder that can be read.")
        }
        return SimulatedAuthenticationConfiguration(
            takesPasswords: kind == .password, username: user ?? "admin", password: password ?? "0000",
            publicKeys: keys, keyFolder: jwtKeys.map { URL(filePath: $0, directoryHint: .isDirectory) })
    }
}
