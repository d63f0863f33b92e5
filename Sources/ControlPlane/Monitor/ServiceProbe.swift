import Drivers
import Fleet
import HTTPTypes
import Transport

/// Asks one service how it is.
struct ServiceProbe: Sendable {
    let connector: ServiceConnector
    /// Of each single request.
    let timeout: Duration

    func pulse(_ entry: DirectoryEntry, previous: ServicePulse?) async throws -> ServicePulse {
        let driver = try connector.driver(of: entry)
        return try await withSession(entry, driver) { try await driver.pulse($0, previous: previous) }
    }

    func survey(_ entry: DirectoryEntry) async throws -> ServiceReport {
        let driver = try connector.driver(of: entry)
        return try await withSession(entry, driver) { try await driver.survey($0) }
    }

    /// A refused credential gets one second chance: a token may have been cut short by a restart of the service, and
    /// Neuron looks for a new public key only after the first request that fails.
    private func withSession<Value>(
        _ entry: DirectoryEntry, _ driver: any ServiceDriver, _ body: (ServiceSession) async throws -> Value
    ) async throws -> Value {
        do {
            return try await body(try await session(entry, driver))
        } catch let error as ServiceAnswerError where entry.auth.kind != .none {
            guard error.isAboutCredentials else { throw error }
            connector.authenticator.forget(entry.id)
            return try await body(try await session(entry, driver))
        }
    }

    private func session(_ entry: DirectoryEntry, _ driver: any ServiceDriver) async throws -> ServiceSession {
        let transport = try connector.transport(to: entry, .probes)
        let credential = try connector.credential(of: entry)
        let known = connector.authenticator.cachedFields(credential, of: entry.id, driver: driver)
        let fields: HTTPFields
        if let known {
            fields = known
        } else {
            fields = try await connector.authenticator.fields(
                credential, of: entry.id, driver: driver, over: transport)
        }
        return ServiceSession(
            transport: transport, credentialFields: fields, healthPath: entry.healthPath, timeout: timeout)
    }
}

extension ServiceAnswerError {
    fileprivate var isAboutCredentials: Bool {
        switch self {
        case .refusedCredentials, .tokenExpired: true
        case .unusable: false
        }
    }
}
