import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOSSL

/// Where the platform listens, and how long it bears with its clients.
package struct ListenerConfiguration: Sendable {
    package enum Address: Sendable, Hashable {
        /// Port 0 is any free one.
        case tcp(host: String, port: Int)
        case unixSocket(path: String)
    }

    /// PEM files of the certificate with its chain, and of its private key.
    package struct TLSIdentity: Sendable, Hashable {
        package var certificate: String
        package var privateKey: String

        package init(certificate: String, privateKey: String) {
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    /// What a client may cost before it has asked for anything.
    package struct Limits: Sendable, Hashable {
        /// From the connection to the end of the first request's head, TLS included: against those that drip bytes.
        package var firstRequestTimeout: Duration = .seconds(30)
        /// Between requests, and between two pieces of a request's body.
        package var idleTimeout: Duration = .seconds(75)
        /// For what a client still sends of a request that is answered already.
        package var earlyAnswerPatience: Duration = .seconds(5)
        /// For HTTP/2 requests that are under way when the server stops.
        package var gracePeriod: Duration = .seconds(8)
        /// Bytes of all names and values together, and of the request's target.
        package var maximumHeaderSize = 64 << 10
        package var maximumHeaderCount = 200

        package init() {}
    }

    package var address: Address
    package var tls: TLSIdentity?
    package var limits = Limits()

    package init(address: Address, tls: TLSIdentity? = nil) {
        self.address = address
        self.tls = tls
    }
}

extension ListenerConfiguration {
    var bindAddress: BindAddress {
        switch address {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unixSocket(let path): .unixDomainSocket(path: path)
        }
    }
}

extension ListenerConfiguration.TLSIdentity {
    /// - Throws: when a file can't be read or is no PEM.
    func configuration() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem)))
        tls.minimumTLSVersion = .tlsv12
        return tls
    }
}

extension ListenerConfiguration.Limits {
    var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumHeaderSize
        limits.maxHeaderListSize = maximumHeaderSize
        limits.maxHeaderFieldCount = maximumHeaderCount
        return limits
    }
}
