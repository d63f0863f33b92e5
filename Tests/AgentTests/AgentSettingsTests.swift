import Agent
import Fleet
import Testing
import Transport

@Suite struct AgentSettingsTests {
    private func invalid(_ yaml: String) -> String? {
        do {
            _ = try AgentSettingsDraft(yaml: yaml).complete(machine: "box")
            return nil
        } catch let error as EdgewrightError {
            return error.fields.first?.field ?? "-"
        } catch {
            return "?"
        }
    }

    @Test func `a file says all that an agent needs`() throws {
        let settings = try AgentSettingsDraft(
            yaml: """
                server: https://edge.example:8443
                token: ewa_secret
                name: press line 4
                ca: /etc/edgewright/ca.pem
                proxy: http://plant:p%40ss@proxy.example:3129
                docker: unix:///var/run/docker.sock
                offers:
                  neuronex: http://127.0.0.1:8085
                  press:
                    url: https://10.0.0.7:7000/base/
                    category: neuron
                    verifyTLS: false
                """
        ).complete(machine: "box")
        #expect(settings.server.description == "https://edge.example:8443")
        #expect(settings.token == "ewa_secret")
        #expect(settings.name == "press line 4")
        #expect(settings.authorities == "/etc/edgewright/ca.pem")
        #expect(settings.proxy == .init(host: "proxy.example", port: 3129, credentials: "plant:p@ss"))
        #expect(settings.state == AgentSettings.defaultState)
        #expect(
            settings.offers.map(\.offer) == [
                AgentOffer(name: "docker", kind: .docker, url: "unix:///var/run/docker.sock"),
                AgentOffer(name: "neuronex", kind: .service, category: .neuronex, url: "http://127.0.0.1:8085"),
                AgentOffer(name: "press", kind: .service, category: .neuron, url: "https://10.0.0.7:7000/base"),
            ])
        #expect(
            settings.offers[2].endpoint
                == RemoteEndpoint(
                    address: .tcp(host: "10.0.0.7", port: 7000), usesTLS: true, basePath: "/base", verification: .none))
        #expect(settings.offers[0].endpoint.address == .unixSocket(path: "/var/run/docker.sock"))
    }

    @Test func `a flag goes before the file, and a machine's name stands in for none`() throws {
        var flags = AgentSettingsDraft()
        flags.server = "http://other.example"
        flags.offers = [try LocalOffer(flag: "neuronex=http://127.0.0.1:9000")]
        let file = try AgentSettingsDraft(
            yaml: "server: https://edge.example\noffers: {neuronex: \"http://a:1\", ekuiper-2: \"http://a:2\"}")
        let settings = try flags.over(file).complete(machine: "box")
        #expect(settings.server.description == "http://other.example")
        #expect(settings.name == "box")
        #expect(settings.offers.map(\.offer.url) == ["http://a:2", "http://127.0.0.1:9000"])
        #expect(settings.offers.map(\.offer.category) == [.ekuiper, .neuronex])
    }

    @Test(arguments: [
        ("", "server"), ("server: ftp://x", "server"), ("sever: http://x", "sever"), ("server: [1]", "server"),
        ("server: http://x\nname: ''", "name"), ("server: http://x\nproxy: https://y", "proxy"),
        ("server: http://x\nproxy: y:3128", "proxy"), ("server: http://x\ndocker: tcp://1.2.3.4:2375", "docker"),
        ("server: http://x\noffers: {Neuron: 'http://a'}", "offers.Neuron"),
        ("server: http://x\noffers: {a: 'ftp://a'}", "offers.a"),
        ("server: http://x\noffers: {a: {category: neuron}}", "offers.a.url"),
        ("server: http://x\noffers: {a: {url: 'http://a', kind: x}}", "offers.a.kind"),
        ("server: http://x\noffers: {a: {url: 'http://a', category: x}}", "offers.a.category"),
        ("server: http://x\ndocker: unix:///d\noffers: {docker: 'http://a'}", "offers.docker"),
        ("- a\n- b", "-"), ("server: 'http://x", "-"),
    ])
    func `a wrong setting is named`(yaml: String, field: String) {
        #expect(invalid(yaml) == field)
    }

    @Test(arguments: ["neuronex", "=http://a", "a b=http://a", "a=nothing", "-a=http://a"])
    func `a wrong flag is refused`(flag: String) {
        #expect(throws: EdgewrightError.self) { try LocalOffer(flag: flag) }
    }
}
