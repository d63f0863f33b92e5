import Fleet

extension CreatedEnrollmentToken.Commands {
    /// For a platform at `url`, as whoever asked for the token reaches it.
    init(url: String, token: String) {
        let fetch =
            "curl -fsSLo edgewright-agent \(url)/agent/edgewright-agent-$(uname -m) && chmod +x edgewright-agent"
        let join = "--server \(url) --token \(token)"
        self.init(
            install: "\(fetch) && sudo ./edgewright-agent install \(join)",
            run: "\(fetch) && ./edgewright-agent run \(join) --state ./edgewright-agent-state --discover",
            container: """
                docker run -d --name edgewright-agent --restart unless-stopped --network host \
                -v edgewright-agent:/var/lib/edgewright-agent -v /var/run/docker.sock:/var/run/docker.sock \
                edgewright-agent run \(join) --docker unix:///var/run/docker.sock --discover
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
