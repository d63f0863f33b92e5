/// How the public API is served.
package struct ServerConfiguration: Sendable {
    package struct TLSFiles: Sendable {
        package var certificate: String
        package var privateKey: String

        package init(certificate: String, privateKey: String) {
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    package struct Address: Sendable, Hashable {
        package var host: String
        /// 0 for any free one.
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    package var address: Address
    /// Another listener, without TLS, for what runs on the same machine.
    package var local: Address?
    package var tls: TLSFiles?
    /// How soon a new certificate is noticed.
    package var certificateInterval = Duration.seconds(10)
    /// Services' own pages are served from `{id}.` in front of this name.
    package var edgeDomain: String
    /// Longest wait for the head of a proxied service's answer.
    package var proxyTimeout: Duration
    /// The web console; `nil` to serve the API alone.
    package var console: ConsoleBundle?
    /// The agent's program for those who install one.
    package var agentPrograms = AgentPrograms(folder: nil)
    /// Those in front of the listener that tell who the client is and how it asked.
    package var trustedProxies = TrustedProxies.none

    package init(
        host: String = "127.0.0.1", port: Int = 8080, tls: TLSFiles? = nil, edgeDomain: String = "localhost",
        proxyTimeout: Duration = .seconds(60), console: ConsoleBundle? = nil
    ) {
        address = Address(host: host, port: port)
        self.tls = tls
        self.edgeDomain = edgeDomain
        self.proxyTimeout = proxyTimeout
        self.console = console
    }
}
