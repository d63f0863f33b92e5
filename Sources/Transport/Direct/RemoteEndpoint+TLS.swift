import NIOCore
import NIOSSL

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
            if addressToCheck != nil { tls.certificateVerification = .noHostnameVerification }
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

    /// Speaks TLS on a connection to this peer.
    func tlsHandler(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
        guard let address = addressToCheck else {
            return try NIOSSLClientHandler(context: context, serverHostname: serverName)
        }
        return try ._makeSSLClientHandler(context: context, serverHostname: nil) { certificate, channel in
            channel.eventLoop.makeCompletedFuture {
                guard certificate.isFor(address) else { throw NIOSSLExtraError.failedToValidateHostname }
            }
        }
    }

    /// The address for which the peer's certificate has to be, where the TLS library does not see to that: it knows the name
    /// that it has asked for, and else the address to which the connection leads. Through a proxy that is the proxy's.
    var addressToCheck: [UInt8]? {
        guard proxy != nil, verification != .none, case .tcp(let host, _) = address else { return nil }
        return AddressRange.bytes(of: host)
    }
}

extension NIOSSLCertificate {
    fileprivate func isFor(_ address: [UInt8]) -> Bool {
        _subjectAlternativeNames().contains { $0.nameType == .ipAddress && $0.contents.elementsEqual(address) }
    }
}
