import Fleet

extension CreatedEnrollmentToken.Commands {
    /// For a platform at `url`, as whoever asked for the token reaches it. The token is in no option, where everybody on
    /// the machine could read it: `sudo` passes on what is piped to it, but not the environment.
    init(url: String, token: String) {
        let fetch =
            "curl -fsSLo edgewright-agent \(url)/agent/edgewright-agent-$(uname -m) && chmod +x edgewright-agent"
        let variable = "EDGEWRIGHT_AGENT_TOKEN"
        self.init(
            install: """
                \(fetch) && echo \(token) | sudo ./edgewright-agent install --server \(url) --discover --token-file -
                """,
            run: """
                \(fetch) && \(variable)=\(token) ./edgewright-agent run --server \(url) \
                --state ./edgewright-agent-state --discover
                """,
            container: """
                \(variable)=\(token) \
                docker run -d --name edgewright-agent --restart unless-stopped --network host -e \(variable) \
                -v edgewright-agent:/var/lib/edgewright-agent -v /var/run/docker.sock:/var/run/docker.sock \
                edgewright-agent run --server \(url) --docker unix:///var/run/docker.sock --discover
                """)
    }
}

extension RequestOrigin {
    /// Where the client reached the platform, to be pasted into a shell.
    /// - Throws: `.invalidInput` for a `Host` that is more than a name or an address.
    func url() throws -> String {
        guard let authority = TrustedProxies.host(authority) else {
            throw EdgewrightError(.invalidInput, "The request's Host field is no name of this platform.")
        }
        return "\(isSecure ? "https" : "http")://\(authority)"
    }
}
