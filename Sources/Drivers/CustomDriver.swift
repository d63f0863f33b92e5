package import Fleet
import HTTPTypes
import NIOCore
package import Transport

/// Any HTTP service: it is well when its health path answers 2xx.
package struct CustomDriver: ServiceDriver {
    package let category = ServiceCategory.custom
    package let capabilities: DriverCapabilities = [.platformTokens]

    package init() {}

    package func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse {
        let path = session.healthPath ?? "/"
        let request = RemoteRequest(
            target: path, headerFields: session.credentialFields, timeout: session.timeout,
            idleTimeout: session.timeout)
        let response = try await session.transport.send(request)
        guard response.status.kind == .successful else {
            throw ServiceAnswerError(response, body: ByteBuffer(), target: path)
        }
        // A short body is read, so that the connection can be used again; one without end is not worth an outage.
        _ = try? await response.collect(upTo: 64 * 1024, within: session.timeout)
        try Task.checkCancellation()
        return ServicePulse()
    }

    package func survey(_ session: ServiceSession) async throws -> ServiceReport {
        _ = try await pulse(session, previous: nil)
        return ServiceReport()
    }

    package func logIn(
        username: String, password: String, over transport: any Transport
    ) async throws -> String {
        throw EdgewrightError(.unsupported, "A custom service has no sign-in that the platform knows.")
    }
}
