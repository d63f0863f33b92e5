import AsyncHTTPClient
import Fleet
import NIOCore
import NIOSSL

/// How connections to the control plane are made.
package struct ConnectionOptions: Sendable, Equatable {
    /// A PEM file with the authorities to trust instead of the system's.
    package var authoritiesFile: String?
    /// Trust any certificate for any name.
    package var insecure: Bool
    /// How long an answer may take in all, streams excepted.
    package var answerTimeout: Duration

    package init(authoritiesFile: String? = nil, insecure: Bool = false, answerTimeout: Duration = .seconds(60)) {
        self.authoritiesFile = authoritiesFile
        self.insecure = insecure
        self.answerTimeout = answerTimeout
    }
}

/// The connections of one or more `APIClient`s, kept open between requests. Must be shut down.
package final class APIConnections: Sendable {
    /// For answers that come at once, and streams that are never silent for long: events are at most 15 s apart.
    let prompt: HTTPClient
    /// For long uploads and what goes through the tunnel, where silence is no sign of death.
    let patient: HTTPClient
    let answerTimeout: Duration

    /// - Throws: `.invalidInput` naming `ca-cert` when the file can't be read.
    package init(_ options: ConnectionOptions = ConnectionOptions()) throws {
        let tls = try Self.tls(options)
        prompt = Self.client(tls, silence: .seconds(60))
        patient = Self.client(tls, silence: .minutes(30))
        answerTimeout = options.answerTimeout
    }

    package func shutdown() async throws {
        do {
            try await prompt.shutdown()
        } catch {
            try await patient.shutdown()
            throw error
        }
        try await patient.shutdown()
    }

    private static func client(_ tls: TLSConfiguration, silence: TimeAmount) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = silence
        configuration.timeout.write = .seconds(120)
        // The retries are ours: they know which requests may be sent again.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private static func tls(_ options: ConnectionOptions) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if options.insecure { tls.certificateVerification = .none }
        if let file = options.authoritiesFile {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            } catch {
                throw EdgewrightError(
                    .invalidInput, "The certificates in \(file) can't be read.",
                    fields: [FieldError(field: "ca-cert", message: "is not a readable PEM file")], cause: error)
            }
        }
        return tls
    }
}
