import Agent
import Fleet
import Foundation
import Logging
import TestSupport
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
        #expect(settings.servers.first?.address.description == "https://edge.example:8443")
        #expect(settings.token == "ewa_secret")
        #expect(settings.name == "press line 4")
        #expect(settings.authorities == "/etc/edgewright/ca.pem")
        #expect(settings.servers.first?.proxy == .init(host: "proxy.example", port: 3129, credentials: "plant:p@ss"))
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
        flags.servers = ["http://other.example"]
        flags.offers = [try LocalOffer(flag: "neuronex=http://127.0.0.1:9000")]
        let file = try AgentSettingsDraft(
            yaml: "server: https://edge.example\noffers: {neuronex: \"http://a:1\", ekuiper-2: \"http://a:2\"}")
        let settings = try flags.over(file).complete(machine: "box")
        #expect(settings.servers.first?.address.description == "http://other.example")
        #expect(settings.name == "box")
        #expect(settings.offers.map(\.offer.url) == ["http://a:2", "http://127.0.0.1:9000"])
        #expect(settings.offers.map(\.offer.category) == [.ekuiper, .neuronex])
    }

    @Test func `a platform may be at several addresses, each with the way to it that the environment says`() throws {
        let file = try AgentSettingsDraft(yaml: "server: [https://cp-1.example, 'https://cp-2.example:8443']")
        let settings = try file.complete(
            machine: "box", environment: ["HTTPS_PROXY": "http://p:1", "NO_PROXY": "cp-2.example"])
        #expect(
            settings.servers.map(\.address.description) == ["https://cp-1.example", "https://cp-2.example:8443"])
        #expect(settings.servers.map { $0.proxy?.host } == ["p", nil])
        #expect(try AgentSettingsDraft(yaml: file.yaml()).servers == file.servers)
        var flags = AgentSettingsDraft()
        flags.servers = ["https://other.example"]
        #expect(try flags.over(file).complete(machine: "box").servers.count == 1)
        let many = "[" + (0..<9).map { "http://cp-\($0)" }.joined(separator: ", ") + "]"
        #expect(invalid("server: \(many)") == "server")
    }

    @Test(arguments: [
        ("server: []", "server"), ("server: {a: http://x}", "server"), ("server: [http://x, ftp://y]", "server"),
        ("", "server"), ("server: ftp://x", "server"), ("sever: http://x", "sever"), ("server: [1]", "server"),
        ("server: http://x\nname: ''", "name"), ("server: http://x\nproxy: https://y", "proxy"),
        ("server: http://x\nproxy: y:3128", "proxy"), ("server: http://x\ndocker: tcp://1.2.3.4:2375", "docker"),
        ("server: http://x\noffers: {Neuron: 'http://a'}", "offers.Neuron"),
        ("server: http://x\noffers: {a: 'ftp://a'}", "offers.a"),
        ("server: http://x\noffers: {a: {category: neuron}}", "offers.a.url"),
        ("server: http://x\noffers: {a: {url: 'http://a', kind: x}}", "offers.a.kind"),
        ("server: http://x\noffers: {a: {url: 'http://a', category: x}}", "offers.a.category"),
        ("server: http://x\ndocker: unix:///d\noffers: {docker: 'http://a'}", "offers.docker"),
        ("- a\n- b", "-"), ("server: 'http://x", "-"), ("server: agent://x/y", "server"),
        ("server: http://x\noffers: {a: 'agent://0123456789abcdefghjkmnpqrs/b'}", "offers.a"),
        ("server: http://x\ntoken: a\ntokenFile: b", "tokenFile"), ("server: http://x\nconnections: 0", "connections"),
        ("server: http://x\nconnections: many", "connections"), ("server: http://x\ndiscover: perhaps", "discover"),
        ("server: http://x\nlogFormat: xml", "logFormat"), ("server: http://x\nlogLevel: loud", "logLevel"),
        ("server: http://x\ndockerServices: 'a/b'", "dockerServices"),
        ("server: http://x\ndockerServices: 'http://a'", "dockerServices"), ("server: http://x\nstate: ''", "state"),
    ])
    func `a wrong setting is named`(yaml: String, field: String) {
        #expect(invalid(yaml) == field)
    }

    @Test func `what is not said has a default`() throws {
        let file = try AgentSettingsDraft(yaml: "\n# nothing\nserver: https://edge.example\n")
        let settings = try file.complete(machine: "box")
        #expect(settings.dockerServices == "127.0.0.1")
        #expect(settings.connections == 1 && settings.growsWhenBusy)
        #expect(!settings.discovers)
        #expect(settings.logFormat == .text)
        #expect(settings.logLevel == .info)
        #expect(settings.servers.first?.proxy == nil)
        #expect(try AgentSettingsDraft(yaml: "").servers.isEmpty)
    }

    @Test func `a token of a flag goes before either of the file`() throws {
        var flags = AgentSettingsDraft()
        flags.token = "flag"
        let file = try AgentSettingsDraft(yaml: "server: https://edge.example\ntokenFile: /t")
        #expect(try flags.over(file).complete(machine: "box").tokenFile == nil)
        #expect(try AgentSettingsDraft().over(file).complete(machine: "box").tokenFile == "/t")
    }

    @Test func `settings that are written are read again as they were`() throws {
        let text = """
            server: https://edge.example:8443
            token: "yes"
            name: "007"
            description: "it's: #1 - \\"best\\""
            ca: /etc/ca.pem
            proxy: http://a:b@proxy:3128
            state: /var/lib/x
            docker: unix:///var/run/docker.sock
            dockerServices: 172.17.0.1
            discover: true
            connections: 2
            logFormat: json
            logLevel: debug
            offers:
              neuronex: http://127.0.0.1:8085
              press: {url: "https://10.0.0.7:7000/base", category: neuron, verifyTLS: false}
              web: {url: "http://127.0.0.1:1", category: custom}
            """
        let draft = try AgentSettingsDraft(yaml: text)
        let again = try AgentSettingsDraft(yaml: draft.yaml())
        #expect(try again.complete(machine: "box") == draft.complete(machine: "box"))
        #expect(try !again.complete(machine: "box").growsWhenBusy)
        #expect(again.token == "yes")
        #expect(again.name == "007")
    }

    private static let ways: [(server: String, environment: [String: String], proxy: String?)] = [
        ("https://edge.example", ["HTTPS_PROXY": "http://p:1"], "p:1"),
        ("https://edge.example", ["https_proxy": "p:2"], "p:2"),
        ("http://edge.example", ["HTTPS_PROXY": "http://p:1"], nil),
        ("http://edge.example", ["http_proxy": "http://p:3/"], "p:3"),
        ("https://edge.example", ["HTTPS_PROXY": ""], nil),
        ("https://edge.example", ["HTTPS_PROXY": "http://p:1", "NO_PROXY": "a.b, .example"], nil),
        ("https://edge.example", ["HTTPS_PROXY": "http://p:1", "NO_PROXY": "ge.example"], "p:1"),
        ("https://edge.example:8443", ["HTTPS_PROXY": "http://p:1", "no_proxy": "edge.example:8443"], nil),
        ("https://edge.example:8443", ["HTTPS_PROXY": "http://p:1", "no_proxy": "edge.example:443"], "p:1"),
        ("https://10.2.3.4", ["HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"], nil),
        ("https://10.2.3.4", ["HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"], nil),
        ("https://localhost:8443", ["HTTPS_PROXY": "http://p:1"], nil),
        ("https://127.0.0.1:8443", ["HTTPS_PROXY": "http://p:1"], nil),
    ]

    @Test(arguments: ways)
    func `a machine's proxy is used, but for those that it is not for`(
        server: String, environment: [String: String], proxy: String?
    ) throws {
        var draft = AgentSettingsDraft()
        draft.servers = [server]
        let settings = try draft.complete(machine: "box", environment: environment)
        #expect(settings.servers.first?.proxy.map { "\($0.host):\($0.port)" } == proxy)
        draft.proxy = "http://own:4"
        #expect(try draft.complete(machine: "box", environment: environment).servers.first?.proxy?.host == "own")
    }

    @Test func `a file that can't be read is named, and the usual one need not be there`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "agent.yaml").path
            let missing = #expect(throws: EdgewrightError.self) { try AgentSettingsDraft.read(file: file) }
            #expect(missing?.message.contains(file) == true)
            try Data("sever: x".utf8).write(to: URL(filePath: file))
            let wrong = #expect(throws: EdgewrightError.self) { try AgentSettingsDraft.read(file: file) }
            #expect(wrong?.message == "\(file): sever is not a setting")
            try Data(repeating: 0x23, count: 2 << 20).write(to: URL(filePath: file))
            #expect(throws: EdgewrightError.self) { try AgentSettingsDraft.read(file: file) }
        }
    }

    @Test(arguments: ["neuronex", "=http://a", "a b=http://a", "a=nothing", "-a=http://a"])
    func `a wrong flag is refused`(flag: String) {
        #expect(throws: EdgewrightError.self) { try LocalOffer(flag: flag) }
    }
}
