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

    /// What a request's target is put behind to make the URL that the HTTP client asks for.
    var baseURL: String {
        let scheme = usesTLS ? "https" : "http"
        switch address {
        case .unixSocket(let path): return "\(scheme)+unix://\(Self.escaped(path))\(basePath)"
        case .tcp: return "\(scheme)://\(peer)\(basePath)"
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

    private static func escaped(_ path: String) -> String {
        path.utf8.reduce(into: "") { escaped, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }
}

extension RemoteEndpoint {
    /// How TLS is spoken to this peer; `nil` without TLS.
    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate or key can't be read.
    func tlsConfiguration() throws -> TLSConfiguration? {
        guard usesTLS else { return nil }
        var tls = TLSConfiguration.makeClientConfiguration()
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
