import Drivers
import Fleet
import HTTPTypes
import NIOCore
import Synchronization
import Transport

/// Stands in for the way to a service: answers each request as the test says, and keeps what was asked.
final class FakeTransport: Transport {
    typealias Script = @Sendable (RemoteRequest) async throws -> FakeAnswer

    private let requests = Mutex<[RemoteRequest]>([])
    private let script: Script

    init(_ script: @escaping Script) { self.script = script }

    /// Answers by path and query; anything else is 404 with a web page, as Neuron does.
    convenience init(_ answers: [String: FakeAnswer]) {
        self.init { answers[$0.target] ?? .html(404) }
    }

    var asked: [RemoteRequest] { requests.withLock { $0 } }
    var targets: [String] { asked.map(\.target) }

    func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        requests.withLock { $0.append(request) }
        let answer = try await script(request)
        return RemoteResponse(status: answer.status, headerFields: answer.fields, body: answer.makeBody())
    }

    func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        throw TransportError(.invalidRequest, "no upgrades here")
    }

    func session(_ fields: HTTPFields = [:], healthPath: String? = nil, timeout: Duration = .seconds(30))
        -> ServiceSession
    {
        ServiceSession(transport: self, credentialFields: fields, healthPath: healthPath, timeout: timeout)
    }
}

/// What the fake answers.
struct FakeAnswer: Sendable {
    var status: HTTPResponse.Status
    var fields: HTTPFields
    /// A body can be read once, an answer be given many times.
    var makeBody: @Sendable () -> AnyByteStream

    init(_ status: Int, fields: HTTPFields = [:], body: @escaping @Sendable @autoclosure () -> AnyByteStream) {
        self.status = HTTPResponse.Status(code: status)
        self.fields = fields
        makeBody = body
    }

    static func text(_ text: String, _ status: Int = 200, type: String = "text/plain") -> FakeAnswer {
        FakeAnswer(status, fields: [.contentType: type], body: chunks([text]))
    }

    static func json(_ text: String, _ status: Int = 200) -> FakeAnswer {
        .text(text, status, type: "application/json")
    }

    static func html(_ status: Int = 200) -> FakeAnswer {
        .text("<!DOCTYPE html><html><body>\(status)</body></html>", status, type: "text/html; charset=UTF-8")
    }

    static func redirect(_ place: String) -> FakeAnswer {
        FakeAnswer(302, fields: [.location: place], body: chunks([]))
    }

    static func chunks(_ texts: [String]) -> AnyByteStream {
        AsyncThrowingStream<ByteBuffer, any Error> { continuation in
            for text in texts { continuation.yield(ByteBuffer(string: text)) }
            continuation.finish()
        }
    }

    /// A body that goes on for ever.
    static var endless: FakeAnswer {
        FakeAnswer(200, body: AsyncThrowingStream { ByteBuffer(repeating: UInt8(ascii: " "), count: 64 << 10) })
    }

    /// A head, and then silence for longer than any test lasts, or until the reader gives up.
    static var silent: FakeAnswer {
        FakeAnswer(
            200,
            body: AsyncThrowingStream {
                try await Task.sleep(for: .seconds(600))
                return nil
            })
    }
}

/// Answers as a running Neuron 2.15.0, eKuiper 2 and NeuronEX 3.6 gave them.
enum Recorded {
    static let neuronStates = """
        {"states": [{"node": "m1", "running": 3, "link": 1, "rtt": 12, "log_level": "notice"}, \
        {"node": "press-2", "running": 3, "link": 0, "rtt": 9999, "log_level": "notice"}, \
        {"node": "mq", "running": 4, "link": 0, "rtt": 0, "log_level": "notice"}], "neuron_core": "notice"}
        """
    static let southNodes = """
        {"nodes": [{"plugin": "Modbus TCP", "name": "m1", "support_import_tags": false, "tags": "linea,press"}, \
        {"plugin": "Modbus TCP", "name": "press-2", "support_import_tags": false, "tags": ""}]}
        """
    static let northNodes = """
        {"nodes": [{"plugin": "MQTT", "name": "mq", "support_import_tags": false, "tags": ""}]}
        """
    static let neuronVersion = #"{"version":"2.15.0", "revision":"N/A", "build_date":"2026-11-23"}"#
    static let neuronMetrics = """
        # HELP os_info OS distro, kernel version, machine and clib
        # TYPE os_info gauge
        os_info{version="Debian GNU/Linux 12"} 0
        os_info{kernel="6.18.44-fc-v769"} 0
        os_info{machine="x86_64", clib="glibc-2.36"} 0
        # HELP mem_total_bytes Total installed memory in bytes
        # TYPE mem_total_bytes counter
        mem_total_bytes 25276063744
        mem_used_bytes 18636800
        uptime_seconds 11
        license_max_tags 0
        license_used_tags 0
        tags_total{node="m1"} 6
        tags_total{node="press-2"} 4
        tag_reads_total{node="m1"} 99
        tag_reads_total{node="press-2"} 1
        send_msgs_total{node="mq"} 6
        """
    static let rules = """
        [{"id":"rule1","name":"rule1","status":"running","tags":null,"trace":false,"version":""},\
        {"id":"rule 2","name":"rule 2","status":"stopped by error","tags":["a"],"trace":false,"version":"1"}]
        """
    static let ruleStatus = """
        {
          "status": "running",
          "message": "",
          "lastStartTimestamp": 1795461682000,
          "source_demo_0_records_in_total": 5,
          "source_demo_0_records_out_total": 5,
          "source_demo_0_last_invocation": "2020-01-02T11:28:33.054821",
          "op_filter_0_records_in_total": 5,
          "op_filter_0_records_out_total": 2,
          "sink_log_0_0_records_in_total": 2,
          "sink_log_0_0_records_out_total": 2
        }
        """
    static let ekuiperInformation = """
        {"version":"2.1.0","os":"linux","arch":"amd64","upTimeSeconds":14,"memoryUsed":"84316160","memoryTotal":"4125425664"}
        """
    static let system = """
        {"version":"3.6.0","systemStatus":"0","neuronRunningTime":"6332","neuronStatus":"0",\
        "neuronMemoryUsed":"8364032","neuronMemoryTotal":"4125425664","ekuiperRunningTime":"6332","ekuiperStatus":"0",\
        "ekuiperMemoryUsed":"84316160","ekuiperMemoryTotal":"4125425664","submoduleStatus":{"alert":false},\
        "hwToken":"m/djk5abRRToVTyBBCXkUVyMumgbYmo2PdwdjnVeqn8=","os":"Debian GNU/Linux 11",\
        "kernel":"5.10.124-linuxkit","arch":"x86_64","clib":"glibc-2.31"}
        """
    static let license = """
        {"licenseType":"TRIAL","expired":false,"totalTagCount":30,"usedTagCount":7,"enabledPlugins":["Modbus TCP"],\
        "ekuiperOn":true}
        """
    static let liveness = #"{"liveness":{"in":853,"out":41}}"#

    static let neuron: [String: FakeAnswer] = [
        "/api/v2/node/state": .json(neuronStates), "/api/v2/node?type=1": .json(southNodes),
        "/api/v2/node?type=2": .json(northNodes), "/api/v2/version": .json(neuronVersion),
        "/api/v2/metrics": .text(neuronMetrics),
    ]
    static let neuronex: [String: FakeAnswer] = [
        "/api/neuron/node/state": .json(neuronStates), "/api/neuron/node?type=1": .json(southNodes),
        "/api/neuron/node?type=2": .json(northNodes), "/api/ekuiper/rules": .json(rules), "/api/system": .json(system),
        "/api/license": .json(license), "/api/status/liveness": .json(liveness),
    ]
    static let ekuiper: [String: FakeAnswer] = [
        "/": .json(ekuiperInformation), "/rules": .json(rules), "/rules/rule1/status": .json(ruleStatus),
    ]
}
