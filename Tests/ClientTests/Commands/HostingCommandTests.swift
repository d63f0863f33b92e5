import Fleet
import Foundation
import NIOHTTP1
import Testing

@testable import edgewright

private func status(_ failure: (any Error)?) -> ProgramStatus? { failure.flatMap { FailureReport($0) }?.status }

struct HostingCommandTests {
    @Test func `hosts are listed with their engines`() async throws {
        try await run(["hosts", "list"], answering: { request, _ in hosting(request) }) { console, _, failure in
            #expect(failure == nil)
            #expect(
                console.output == """
                    ID  NAME    STATUS  ADDRESS              SERVICES  ENGINE    ARCHITECTURE
                    h1  hall-1  online  tcp://10.0.0.7:2376  2         20.10.24  x86_64
                    h2  hall-2  online  tcp://10.0.0.7:2376  2         20.10.24  x86_64

                    """)
        }
    }

    @Test func `a host is added with the files of TLS`() async throws {
        try await withTemporaryFolder { folder in
            var options: [String] = []
            for name in ["ca", "cert", "key"] {
                let file = folder.appendingPathComponent("\(name).pem")
                try Data("-----BEGIN \(name)-----\n".utf8).write(to: file)
                options += ["--tls-\(name)", file.path]
            }
            let arguments = ["hosts", "add", "hall-3", "tcp://10.0.0.7", "--service-address", "10.1.0.7"] + options
            try await run(arguments, answering: { request, _ in hosting(request) }) { console, server, failure in
                #expect(failure == nil)
                #expect(console.output.contains("memory:           8 GiB\n"))
                let body = Data((server.requests.last?.body ?? "").utf8)
                let asked = try JSONDecoder().decode(CreateHostRequest.self, from: body)
                #expect(asked.address == "tcp://10.0.0.7")
                #expect(asked.serviceAddress == "10.1.0.7")
                #expect(asked.allowUnencrypted == nil)
                #expect(asked.tls?.ca == "-----BEGIN ca-----\n")
                #expect(asked.tls?.certificate == "-----BEGIN cert-----\n")
                #expect(asked.tls?.key == "-----BEGIN key-----\n")
            }
        }
    }

    @Test func `a file that is none is named with its option, and nobody is asked`() async throws {
        let arguments = ["hosts", "add", "n", "tcp://h", "--tls-ca", "/nowhere/ca.pem"]
        try await run(arguments, answering: { request, _ in hosting(request) }) { _, server, failure in
            #expect(failure.flatMap { FailureReport($0) }?.message == "--tls-ca: /nowhere/ca.pem can't be read.")
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: [
        ["hosts", "add", "n", "tcp://h", "--check"], ["images", "check", "3.7.0"],
    ])
    func `a test that finds something wrong is a failure`(arguments: [String]) async throws {
        try await run(arguments, answering: { request, _ in hosting(request) }) { console, _, failure in
            #expect(console.output.contains("reason:"))
            #expect(status(failure) == .failed)
        }
    }

    @Test func `an image is named by its version, a registry by its address`() async throws {
        try await run(["images", "get", "3.7.0", "-q"], answering: { request, _ in hosting(request) }) {
            console, _, _ in
            #expect(console.output == "i2\n")
        }
        try await run(["registries", "check", "registry.local:5000"], answering: { request, _ in hosting(request) }) {
            console, _, failure in
            #expect(failure == nil)
            #expect(console.output.hasPrefix("ok:     true\n"))
        }
    }

    @Test func `a registry's password is nowhere to be said but on standard input`() async throws {
        let arguments = ["registries", "add", "plant", "registry.local:5000", "--username", "puller"]
        try await run(arguments, answering: { request, _ in hosting(request) }) { _, server, failure in
            #expect(failure.flatMap { FailureReport($0) }?.message.contains("--password-stdin") == true)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `an install names hosts, image and settings`() async throws {
        let script: StandInServer.Script = { request, before in
            request.path.contains("/batches") ? fleetWithBatches(events: .hangUp)(request, before) : hosting(request)
        }
        let arguments = [
            "services", "install", "--prefix", "press-", "--hosts", "hall-1,hall-2", "--count", "10", "--image",
            "3.7.0",
            "--port", "8085", "--port", "9000:9081/udp", "--env", "MODE=a=b", "--env", "EDGEWRIGHT_TOKEN", "--volume",
            "data:/opt/neuronex/data", "--memory", "512m", "--authentication", "--tags", "press, hall", "-t", "x",
        ]
        try await run(arguments, answering: script) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "\(batchId)\n")
            let body = Data(try #require(server.begunBatches.first).utf8)
            let asked = try JSONDecoder().decode(CreateBatchRequest.self, from: body)
            #expect(asked.targets == BatchTargets(hosts: [.init(rawValue: "h1"), .init(rawValue: "h2")], count: 10))
            var expected = BatchParameters()
            expected.namePrefix = "press-"
            expected.image = Identifier(rawValue: "i2")
            expected.authentication = true
            expected.tags = ["press", "hall", "x"]
            var settings = WorkloadSettings()
            settings.ports = [.init(container: 8085), .init(container: 9081, host: 9000, protocol: .udp)]
            settings.environment = ["MODE": "a=b", "EDGEWRIGHT_TOKEN": "ewt_x"]
            settings.volumes = [.init(source: "data", target: "/opt/neuronex/data")]
            settings.memory = 512 << 20
            expected.settings = settings
            #expect(asked.parameters == expected)
            #expect(asked.policy == nil)
        }
    }

    @Test func `an upgrade goes to an image by its version, and services are found by their host`() async throws {
        let script: StandInServer.Script = { request, before in
            request.path.contains("/batches") ? fleetWithBatches(events: .hangUp)(request, before) : hosting(request)
        }
        let arguments = ["services", "upgrade", "--host", "hall-2", "--drifted", "--image", "3.7.0"]
        try await run(arguments, answering: script) { _, server, failure in
            #expect(failure == nil)
            let body = Data(try #require(server.begunBatches.first).utf8)
            let asked = try JSONDecoder().decode(CreateBatchRequest.self, from: body)
            #expect(asked.targets.filter == ServiceFilter(host: Identifier(rawValue: "h2"), drifted: true))
            #expect(asked.parameters?.image == Identifier(rawValue: "i2"))
        }
    }

    @Test func `lines of a log are printed as they are, but can't steer a terminal`() async throws {
        let text = "2026-11-24T08:00:00.000Z stdout one\n2026-11-24T08:00:01.000Z stderr \u{1B}[31mtwo\tthree"
        let script: StandInServer.Script = { request, _ in
            request.path == "/api/v1/services/s1/logs" ? .reply(status: 200, body: text) : fleet(request)
        }
        try await run(["services", "logs", "a", "--tail", "2", "-f"], answering: script) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output == text + "\n")
            #expect(server.requests.last?.uri.hasSuffix("?tail=2&follow=true") == true)
        }
        try await run(["services", "logs", "a"], isTerminal: true, answering: script) { console, _, _ in
            #expect(console.output.hasSuffix("stderr  [31mtwo\tthree\n"))
        }
    }

    @Test func `the link to a page is printed`() async throws {
        let link = "https://s1.edge.example.com/.edgewright/enter?ticket=t"
        let script: StandInServer.Script = { request, _ in
            request.path == "/api/v1/services/s1/open"
                ? .reply(status: 302, headers: [("Location", link)]) : fleet(request)
        }
        try await run(["services", "open", "a"], answering: script) { console, _, failure in
            #expect(failure == nil)
            #expect(console.output == link + "\n")
        }
    }

    @Test func `a service is asked how it is, and one that is not online is a failure`() async throws {
        let script: StandInServer.Script = { request, _ in
            guard request.path.hasPrefix("/api/v1/services/s1/") else { return fleet(request) }
            return .json(
                """
                {"status":"offline","statusReason":"connection refused","reportedAt":"2026-03-02T08:30:00Z",
                 "report":{"version":"3.6.0","system":{},"drivers":[{"name":"m1","direction":"south","running":true,
                 "connected":false}],"rules":[],"tags":{"allocated":30,"used":2},"recordsIn":1,"recordsOut":2}}
                """)
        }
        try await run(["services", "status", "a"], answering: script) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output.contains("drivers:    m1 (south, disconnected)\n"))
            #expect(server.requests.last?.method == .GET)
        }
        try await run(["services", "probe", "a"], answering: script) { _, server, failure in
            #expect(status(failure) == .failed)
            #expect(server.requests.last?.method == .POST)
        }
    }

    @Test func `defaults that were printed can be set again`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("defaults.yaml")
            try await run(["workload-defaults", "get", "-o", "yaml"], answering: { request, _ in hosting(request) }) {
                console, _, failure in
                #expect(failure == nil)
                try Data(console.output.utf8).write(to: file)
            }
            try await run(["workload-defaults", "set", file.path], answering: { request, _ in hosting(request) }) {
                _, server, failure in
                #expect(failure == nil)
                let put = try #require(server.requests.last)
                #expect(put.method == .PUT)
                #expect(put.path == "/api/v1/workload-defaults/neuronex")
                let sent = try JSONDecoder().decode(WorkloadSettings.self, from: Data(put.body.utf8))
                #expect(sent.ports == [.init(container: 8085)])
            }
        }
    }
}
