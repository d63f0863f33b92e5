import Testing

@testable import Fleet

@Suite struct HostPortsTests {
    private typealias Port = WorkloadSettings.Port

    @Test func `a port that was named is taken as it is, the others go round it`() throws {
        let ports = try HostPorts.assign(
            [Port(container: 8085), Port(container: 9000, host: 8085)], taken: [:], on: "hall")
        #expect(ports == [Port(container: 8085, host: 30_000), Port(container: 9000, host: 8085)])
    }

    @Test func `the same port of another protocol is another port`() throws {
        let taken = [HostPorts.Key(53, .tcp): "container dns"]
        let ports = try HostPorts.assign([Port(container: 53, protocol: .udp)], taken: taken, on: "hall")
        #expect(ports == [Port(container: 53, host: 53, protocol: .udp)])
    }

    @Test func `who has a port that was named is told`() {
        let taken = [HostPorts.Key(8085, .tcp): "service “press”"]
        #expect {
            try HostPorts.assign([Port(container: 1, host: 8085)], taken: taken, on: "hall")
        } throws: {
            ($0 as? EdgewrightError)?.message == "port 8085 of hall is taken by service “press”"
        }
    }

    @Test func `a host whose ports are all taken is said to be full`() {
        let all = HostPorts.chosen.map { (HostPorts.Key($0, .tcp), "x") } + [(HostPorts.Key(80, .tcp), "x")]
        #expect(throws: EdgewrightError.self) {
            try HostPorts.assign([Port(container: 80)], taken: Dictionary(uniqueKeysWithValues: all), on: "hall")
        }
    }

    @Test(arguments: [0, 1, 2766, 2767, 2768, 100_000])
    func `wherever the search begins, it finds the one port that is free`(offset: Int) throws {
        var taken = Dictionary(uniqueKeysWithValues: HostPorts.chosen.map { (HostPorts.Key($0, .tcp), "x") })
        taken[.init(80, .tcp)] = "x"
        taken[.init(31_234, .tcp)] = nil
        let ports = try HostPorts.assign([Port(container: 80)], taken: taken, on: "hall", offset: offset)
        #expect(ports == [Port(container: 80, host: 31_234)])
    }
}

@Suite struct ImageReferenceTests {
    @Test(arguments: [
        ("neuronex", "docker.io", "library/neuronex", "latest"),
        ("emqx/neuronex:3.6.0", "docker.io", "emqx/neuronex", "3.6.0"),
        ("registry.plant:5000/a/b_c/d-e:1.0-slim", "registry.plant:5000", "a/b_c/d-e", "1.0-slim"),
        ("localhost/x:y", "localhost", "x", "y"),
        ("10.0.0.1:5000/x", "10.0.0.1:5000", "x", "latest"),
    ])
    func `a reference is taken apart as Docker does it`(
        text: String, registry: String, repository: String, tag: String
    ) throws {
        let image = try ImageReference(text)
        #expect(image.registry == registry)
        #expect(image.repository == repository)
        #expect(image.tag == tag)
        #expect(image.description == text)
    }

    @Test func `a digest stands for itself`() throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let image = try ImageReference("r.local/x:1@\(digest)")
        #expect(image.digest == digest)
        #expect(image.tag == "1")
        #expect(try ImageReference("r.local/x@\(digest)").tag == nil)
    }

    @Test(arguments: [
        "", " ", "Upper/Case", "a//b", "-a", "a:", "a:b c", "http://r/x", "a@sha256:12", "a/../b", "r.local:99999999/x",
        "a\u{0}", String(repeating: "a", count: 600), "a:b:c",
    ])
    func `what is no reference is refused`(text: String) {
        #expect(throws: EdgewrightError.self) { try ImageReference(text) }
    }
}

@Suite struct HostAddressTests {
    @Test(arguments: [
        ("tcp://hall.plant", "tcp://hall.plant:2376"), ("tcp://10.0.0.7:2375", "tcp://10.0.0.7:2375"),
        ("tcp://[fe80::1]:2376", "tcp://[fe80::1]:2376"),
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
    ])
    func `addresses are read as Docker writes them`(text: String, normal: String) throws {
        #expect(try HostAddress(text).description == normal)
    }

    @Test(arguments: [
        "", "10.0.0.7:2376", "http://10.0.0.7", "tcp://", "tcp://a:0", "tcp://a:1/x", "tcp://u@a:1",
        "unix://docker.sock",
        "unix:///" + String(repeating: "a", count: 120), "unix:///a b", "ssh://a",
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: EdgewrightError.self) { try HostAddress(text) }
    }
}
