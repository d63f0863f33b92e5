import ArgumentParser
import Fleet
import Testing

@testable import edgewright

struct WorkloadArgumentTests {
    @Test(arguments: [
        (["--port", "0"], "--port"), (["--port", "a:1"], "--port"), (["--port", "1/sctp"], "--port"),
        (["--env", "=x"], "--env"), (["--volume", "data"], "--volume"), (["--volume", "a:b"], "--volume"),
        (["--device", "ttyUSB0"], "--device"), (["--memory", "lots"], "--memory"),
        (["--restart", "maybe"], "--restart"),
        (["--logs", "10m,x"], "--logs"), (["--count", "0"], "--count"), (["--health-gate", "-"], "--health-gate"),
        (["--prefix", ""], "--prefix"), (["--hosts", ","], "--hosts"),
    ])
    func `an error names the option`(arguments: [String], option: String) {
        var all = arguments
        if option != "--prefix" { all += ["--prefix", "p"] }
        if option != "--hosts" { all += ["--hosts", "h"] }
        #expect {
            _ = try InstallServicesCommand.parse(all)
        } throws: { error in
            InstallServicesCommand.message(for: error).contains("\(option) ")
        }
    }

    @Test(arguments: [
        ["hosts", "add", "n", "ftp://h"], ["hosts", "edit", "n"], ["hosts", "add", "n", "tcp://h", "--tls-cert", "f"],
        ["hosts", "edit", "n", "--no-tls", "--tls-ca", "f"], ["images", "add", "neuronex", "No Image"],
        ["images", "edit", "3.6.0"], ["registries", "edit", "r"], ["registries", "add", "r", "h", "--password-stdin"],
        ["registries", "edit", "r", "--anonymous", "--username", "u"], ["batches", "watch", "nonsense"],
        ["batches", "list", "--open", "--over"], ["services", "logs", "a", "--tail", "-1"],
    ])
    func `what makes no sense is refused as wrong usage`(arguments: [String]) {
        #expect {
            _ = try Edgewright.parseAsRoot(arguments)
        } throws: { error in
            Edgewright.exitCode(for: error).rawValue == ProgramStatus.usage.rawValue
        }
    }

    @Test func `volumes and devices are written as docker takes them`() throws {
        #expect(
            try WorkloadText.volume("/srv/d:/opt/d:ro") == .init(source: "/srv/d", target: "/opt/d", readOnly: true))
        #expect(try WorkloadText.device("/dev/ttyUSB0") == .init(host: "/dev/ttyUSB0", container: "/dev/ttyUSB0"))
        #expect(
            try WorkloadText.device("/dev/a:/dev/b:rw") == .init(host: "/dev/a", container: "/dev/b", permissions: "rw")
        )
        #expect(try WorkloadText.logs("10m") == .init(maxSize: "10m", maxFiles: 3))
        #expect(try WorkloadText.memory("2g") == 2 << 30)
    }

    @Test func `a file of settings may leave out what goes without saying`() throws {
        let text = """
            apiPort: 8085
            ports: [{container: 8085}]
            volumes: [{source: data, target: /opt/data}]
            devices: [{host: /dev/a, container: /dev/b}]
            environment: {readOnly: "yes", ports: "1"}
            """
        let settings = try SettingsDocument(name: "f", text: text).settings()
        #expect(settings.ports == [.init(container: 8085)])
        #expect(settings.volumes == [.init(source: "data", target: "/opt/data")])
        #expect(settings.devices == [.init(host: "/dev/a", container: "/dev/b")])
        #expect(settings.environment == ["readOnly": "yes", "ports": "1"])
    }

    @Test(arguments: [
        ("apiPort: 8085\nenviroment: {A: b}", "there is no setting “enviroment”"),
        ("ports: [{container: 1, hostPort: 2}]", "there is no setting “ports.hostPort”"),
        ("apiPort: many", "apiPort is not as it should be"), ("ports: [{host: 1}]", "ports.1.container is missing"),
        ("{", "is neither YAML nor JSON"),
    ])
    func `a slip in a file of settings is named`(text: String, message: String) {
        #expect {
            _ = try SettingsDocument(name: "f.yaml", text: text).settings()
        } throws: { error in
            let failure = error as? CommandFailure
            return failure?.status == .usage && failure?.message.contains(message) == true
        }
    }

    @Test func `settings alone need a category, and must not be of another one`() throws {
        let alone = SettingsDocument(name: "f", text: "apiPort: 1")
        #expect(throws: CommandFailure.self) { try alone.defaults(of: nil) }
        #expect(try alone.defaults(of: .neuron).map(\.category) == [.neuron])
        let named = SettingsDocument(name: "f", text: #"{"category": "neuronex", "settings": {"apiPort": 1}}"#)
        #expect(try named.defaults(of: nil).map(\.category) == [.neuronex])
        #expect(throws: CommandFailure.self) { try named.defaults(of: .neuron) }
    }
}
