import Fleet
import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL

/// The listener's certificate and key, read anew when their files change: new connections get the new ones, those that
/// are there go on. Files that can't be used are reported, and the ones before stay.
final class ServerCertificate: Sendable {
    enum Outcome: Equatable {
        case unchanged
        case replaced
        case refused(reason: String)
    }

    /// What the files held.
    private struct Contents: Equatable {
        let certificate: Data
        let privateKey: Data
    }

    private struct State {
        /// Those that were tried last, good or bad: each is tried once.
        var tried: Contents
        /// `nil` until something was replaced.
        var override: NIOSSLContextConfigurationOverride?
    }

    private let files: ServerConfiguration.TLSFiles
    private let first: TLSConfiguration
    private let state: NIOLockedValueBox<State>

    /// - Throws: `.invalidInput` naming `tlsCert` or `tlsKey` when a file can't be read or used.
    init(_ files: ServerConfiguration.TLSFiles) throws {
        self.files = files
        let contents = try Self.read(files)
        first = try Self.configuration(contents)
        state = NIOLockedValueBox(State(tried: contents))
    }

    /// For a listener: asks at each handshake which certificate it is now.
    var configuration: TLSConfiguration {
        var configuration = first
        configuration.sslContextCallback = { [state] _, promise in
            promise.succeed(state.withLockedValue { $0.override } ?? .noChanges)
        }
        return configuration
    }

    /// Looks at the files once. Their bytes are compared, not their times: a mounted secret changes by swapping links.
    func refresh() -> Outcome {
        do {
            let contents = try Self.read(files)
            let isNew = state.withLockedValue { state in
                defer { state.tried = contents }
                return state.tried != contents
            }
            guard isNew else { return .unchanged }
            let configuration = try Self.configuration(contents)
            state.withLockedValue { state in
                var override = NIOSSLContextConfigurationOverride()
                override.certificateChain = configuration.certificateChain
                override.privateKey = configuration.privateKey
                state.override = override
            }
            return .replaced
        } catch {
            return .refused(reason: (error as? EdgewrightError)?.message ?? "\(error)")
        }
    }

    /// Looks at the files until it is cancelled.
    func watch(every interval: Duration, logger: Logger) async {
        var lastReason: String?
        while (try? await Task.sleep(for: interval)) != nil {
            switch refresh() {
            case .unchanged: continue
            case .replaced:
                lastReason = nil
                logger.notice("new connections get the new certificate", metadata: ["file": "\(files.certificate)"])
            case .refused(let reason):
                // A file that is missing is so each time.
                if reason != lastReason {
                    logger.error(
                        "the new certificate can't be used, the one before stays", metadata: ["reason": "\(reason)"])
                }
                lastReason = reason
            }
        }
    }

    private static func read(_ files: ServerConfiguration.TLSFiles) throws -> Contents {
        Contents(
            certificate: try read(files.certificate, field: "tlsCert"),
            privateKey: try read(files.privateKey, field: "tlsKey"))
    }

    private static func read(_ path: String, field: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            throw EdgewrightError.invalid(field, "names \(path), which can't be read")
        }
    }

    private static func configuration(_ contents: Contents) throws -> TLSConfiguration {
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(Array(contents.certificate)), !chain.isEmpty else {
            throw EdgewrightError.invalid("tlsCert", "names a file without a certificate in PEM form")
        }
        guard let key = try? NIOSSLPrivateKey(bytes: Array(contents.privateKey), format: .pem) else {
            throw EdgewrightError.invalid("tlsKey", "names a file without a private key in PEM form")
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        // Making a context finds out whether the two belong together.
        guard (try? NIOSSLContext(configuration: tls)) != nil else {
            throw EdgewrightError.invalid("tlsKey", "names a key that is not the certificate's")
        }
        return tls
    }
}
