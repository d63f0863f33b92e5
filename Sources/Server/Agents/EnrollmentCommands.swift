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
    /// Where the client reached the platform.
    var url: String { "\(isSecure ? "https" : "http")://\(authority)" }
}
