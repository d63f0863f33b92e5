/// Where a directly reachable peer listens.
package struct RemoteEndpoint: Sendable, Hashable {
    package enum Address: Sendable, Hashable {
        /// IPv6 literals without brackets.
        case tcp(host: String, port: Int)
        case unixSocket(path: String)
    }

    /// What is asked of the peer's certificate; ignored without TLS.
    package enum Verification: Sendable, Hashable {
        /// Trusted by the system's authorities (or by `authorities`, PEM) and issued for the host's name.
        case full(authorities: String?)
        /// Any certificate: for the self-signed ones factories are full of.
        case none
    }

    /// PEM of a client certificate with its chain, and of its private key.
    package struct ClientCertificate: Sendable, Hashable {
        package var chain: String
        package var privateKey: String

        package init(chain: String, privateKey: String) {
            self.chain = chain
            self.privateKey = privateKey
        }
    }

    package var address: Address
    package var usesTLS: Bool
    /// Put before every request's target; empty, or begins with `/` and does not end with one.
    package var basePath: String
    package var verification: Verification
    package var clientCertificate: ClientCertificate?
    /// Asked to connect to the peer (CONNECT: RFC 9110, section 9.3.6), where the network lets nothing else out.
    package var proxy: Proxy?

    package struct Proxy: Sendable, Hashable {
        package var host: String
        package var port: Int
        /// `user:password` as it goes into Basic (RFC 7617); `nil` where none is asked for.
        package var credentials: String?

        package init(host: String, port: Int, credentials: String? = nil) {
            self.host = host
            self.port = port
            self.credentials = credentials
        }
    }

    package init(
        address: Address, usesTLS: Bool, basePath: String = "", verification: Verification = .full(authorities: nil),
        clientCertificate: ClientCertificate? = nil, proxy: Proxy? = nil
    ) {
        self.proxy = proxy
        self.address = address
        self.usesTLS = usesTLS
        self.basePath = basePath
        self.verification = verification
        self.clientCertificate = clientCertificate
    }
}
