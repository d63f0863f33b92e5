package import Fleet
package import HTTPTypes
package import Transport

/// What a category of edge service can do, and how its API is spoken.
package protocol ServiceDriver: Sendable {
    var category: ServiceCategory { get }
    var capabilities: DriverCapabilities { get }
    /// How the platform proves itself to services of this category.
    var authentication: DriverAuthentication { get }

    /// One cheap look, once every probe interval: is it there, does it take our credentials, what runs.
    /// - Parameter previous: what the last pulse of this service gave; parts whose bytes are the same are taken over.
    /// - Throws: `TransportError`, `ServiceAnswerError`.
    func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse

    /// The whole report, read now and then.
    /// - Throws: `TransportError`, `ServiceAnswerError`.
    func survey(_ session: ServiceSession) async throws -> ServiceReport

    /// Asks the service for a token in exchange for user name and password.
    /// - Throws: `TransportError`, `ServiceAnswerError`; `EdgewrightError` of code `.unsupported` where
    ///   `authentication.password` is not `.login`.
    func logIn(username: String, password: String, over transport: any Transport) async throws -> String
}

extension ServiceDriver {
    package func logIn(username: String, password: String, over transport: any Transport) async throws -> String {
        throw EdgewrightError(.unsupported, "\(category.rawValue) services have no sign-in that gives out tokens.")
    }

    /// To be asked before anything is sent.
    /// - Throws: `EdgewrightError` of code `.unsupported`, naming what the category can't do.
    package func require(_ wanted: DriverCapabilities) throws {
        let missing = wanted.subtracting(capabilities)
        guard !missing.isEmpty else { return }
        throw EdgewrightError(.unsupported, "\(category.rawValue) services have no \(missing.words).")
    }
}

/// What a category can be asked for.
package struct DriverCapabilities: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let drivers = DriverCapabilities(rawValue: 1 << 0)
    package static let rules = DriverCapabilities(rawValue: 1 << 1)
    package static let tagUsage = DriverCapabilities(rawValue: 1 << 2)
    package static let platformTokens = DriverCapabilities(rawValue: 1 << 3)
    package static let passwords = DriverCapabilities(rawValue: 1 << 4)

    private static let names: [(DriverCapabilities, String)] = [
        (.drivers, "drivers"), (.rules, "rules"), (.tagUsage, "tag usage"),
        (.platformTokens, "authentication by the platform's token"), (.passwords, "authentication by password"),
    ]

    /// For messages: "drivers, tag usage".
    var words: String {
        Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}

/// One service as a driver speaks to it: the way there, and what to prove oneself with.
package struct ServiceSession: Sendable {
    package let transport: any Transport
    /// Fields that carry the service's own authentication; empty without one.
    package let credentialFields: HTTPFields
    /// For `custom` services.
    package let healthPath: String?
    /// Of each single request, from asking to the answer's last byte.
    package let timeout: Duration

    package init(
        transport: any Transport, credentialFields: HTTPFields, healthPath: String?, timeout: Duration
    ) {
        self.transport = transport
        self.credentialFields = credentialFields
        self.healthPath = healthPath
        self.timeout = timeout
    }
}
