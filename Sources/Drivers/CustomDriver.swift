package import Fleet
import HTTPTypes
import NIOCore
import Transport

/// Any HTTP service: it is well when its health path answers 2xx.
package struct CustomDriver: ServiceDriver {
    /// The status says all. The body is read only so that its connection can be used again.
    private static let maximumBody = 64 << 10
    private static let bodyPatience = Duration.seconds(1)

    package let category = ServiceCategory.custom
    package let capabilities: DriverCapabilities = [.platformTokens, .passwords]
    package let authentication = DriverAuthentication(audience: "neuronex", password: .basic)

    package init() {}

    package func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse {
        let path = session.healthPath ?? "/"
        let response = try await session.transport.send(
            RemoteRequest(
                target: path, headerFields: session.credentialFields, timeout: session.timeout,
                idleTimeout: Self.bodyPatience))
        guard response.status.kind == .successful else {
            let answer = ServiceAnswer(
                path: String(path.prefix { $0 != "?" }), status: response.status,
                location: response.headerFields[.location], body: ByteBuffer())
            throw ServiceAnswerError(answer, .custom)
        }
        await drain(response)
        // Being told to stop is no answer.
        try Task.checkCancellation()
        return ServicePulse()
    }

    package func survey(_ session: ServiceSession) async throws -> ServiceReport {
        _ = try await pulse(session, previous: nil)
        return ServiceReport()
    }

    /// A body that is long, slow, endless or broken costs the connection, not the service's health.
    private func drain(_ response: RemoteResponse) async {
        if let length = response.headerFields[.contentLength].flatMap({ Int($0) }), length > Self.maximumBody { return }
        _ = try? await response.collect(upTo: Self.maximumBody, within: Self.bodyPatience)
    }
}
