import Foundation

/// A request as a simulated service sees it.
struct SimulatedRequest {
    let method: String
    /// Without base path and query.
    let path: String
    let query: [String: String]
    let authorization: String?
    let body: Data

    var json: JSONValue? { JSONValue.parse(body) }
}

/// A simulated service's answer.
struct SimulatedResponse {
    var status = 200
    var contentType = "application/json"
    var headers: [(name: String, value: String)] = []
    var body = Data()

    static func json(_ value: JSONValue, status: Int = 200) -> SimulatedResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // What was parsed or written as a literal always encodes.
        return SimulatedResponse(status: status, body: (try? encoder.encode(value)) ?? Data())
    }

    /// Neuron's way to say how it went.
    static func error(_ code: Int, status: Int) -> SimulatedResponse {
        .json(["error": .integer(Int64(code))], status: status)
    }

    static let ok = SimulatedResponse.error(0, status: 200)

    static func text(_ text: String, type: String = "text/plain", status: Int = 200) -> SimulatedResponse {
        SimulatedResponse(status: status, contentType: type, body: Data(text.utf8))
    }

    /// Unknown routes and wrong methods are answered with web pages, as Neuron does.
    static func page(status: Int, title: String) -> SimulatedResponse {
        .text("<!DOCTYPE html><title>\(status) \(title)</title><h1>\(title)</h1>", type: "text/html", status: status)
    }
}
