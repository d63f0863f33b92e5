import NIOCore
import NIOSSL

extension RemoteEndpoint {
    /// What goes into `Host` (RFC 9110, section 7.2).
    var authority: String {
        switch address {
        case .unixSocket: "localhost"
        case .tcp(let host, let port): port == (usesTLS ? 443 : 80) ? Self.bracketed(host) : peer
        }
    }

    /// What messages call the peer.
    var peer: String {
        switch address {
        case .unixSocket(let path): path
        case .tcp(let host, let port): "\(Self.bracketed(host)):\(port)"
        }
    }

    /// A name for SNI; addresses must not be sent in it (RFC 6066, section 3).
    var serverName: String? {
        guard case .tcp(let host, _) = address, (try? SocketAddress(ipAddress: host, port: 0)) == nil else {
            return nil
        }
        return host
    }

    private static func bracketed(_ host: String) -> String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    }
}

extension RemoteEndpoint {
    /// How TLS is spoken to this peer; `nil` without TLS.
    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate or key can't be read.
    func tlsConfiguration() throws -> TLSConfiguration? {
        guard usesTLS else { return nil }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.applicationProtocols = ["http/1.1"]
        do {
            switch verification {
            case .none: tls.certificateVerification = .none
            case .full(nil): break
            case .full(let authorities?):
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))
            }
            if let clientCertificate {
                let chain = try NIOSSLCertificate.fromPEMBytes(Array(clientCertificate.chain.utf8))
                tls.certificateChain = chain.map { .certificate($0) }
                let key = try NIOSSLPrivateKey(bytes: Array(clientCertificate.privateKey.utf8), format: .pem)
                tls.privateKey = .privateKey(key)
            }
        } catch {
            throw TransportError(
                .invalidRequest, "a certificate or key for \(peer) can't be read: it has to be PEM", cause: error)
        }
        return tls
    }
}
