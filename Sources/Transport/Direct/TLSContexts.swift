import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// What TLS needs to know, made once for all peers that ask for the same: reading the system's authorities takes tens
/// of milliseconds and a megabyte.
final class TLSContexts: Sendable {
    struct Demand: Hashable, Sendable {
        let verification: RemoteEndpoint.Verification
        let clientCertificate: RemoteEndpoint.ClientCertificate?
        /// Whether it is left to us for which address the certificate is.
        let checksAddress: Bool

        init(_ endpoint: RemoteEndpoint) {
            verification = endpoint.verification
            clientCertificate = endpoint.clientCertificate
            checksAddress = endpoint.addressToCheck != nil
        }
    }

    /// Beyond it all are made anew: so many different client certificates means that many are of yesterday.
    private static let limit = 256

    private let contexts = Mutex<[Demand: EventLoopFuture<NIOSSLContext>]>([:])

    /// - Throws: what the TLS library says of the configuration.
    func context(for demand: Demand, _ configuration: TLSConfiguration, on loop: any EventLoop) async throws
        -> NIOSSLContext
    {
        let made = contexts.withLock { contexts in
            if let known = contexts[demand] { return known }
            if contexts.count >= Self.limit { contexts.removeAll() }
            // No event loop has the time for it.
            let made = NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
                try NIOSSLContext(configuration: configuration)
            }
            contexts[demand] = made
            return made
        }
        do {
            return try await made.get()
        } catch {
            contexts.withLock { $0[demand] = nil }
            throw error
        }
    }
}
