import NIOCore

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
