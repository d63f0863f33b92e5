import Foundation

/// A request as a simulated service sees it.
struct SimulatedRequest {
    let method: String
    /// Without base path and query, still percent-encoded.
    let path: String
    var query: [String: String] = [:]
    var authorization: String?
    var body = Data()
    /// Seconds since 1970.
    var time: Double
    /// What stood where the route's path has `{}`.
    var names: [String] = []
    let json: JSONValue?

    init(
        _ method: String, _ path: String, query: [String: String] = [:], authorization: String? = nil,
        body: Data = Data(), time: Double = Date().timeIntervalSince1970
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.authorization = authorization
        self.body = body
        self.time = time
        json = body.isEmpty ? nil : JSONValue.parse(body)
    }

    /// A member of the body.
    subscript(_ field: String) -> JSONValue? { json?[field] }
}

/// A simulated service's answer.
struct SimulatedResponse: Equatable {
    var status = 200
    var contentType = "application/json"
    var location: String?
    var body = Data()

    static func json(_ value: JSONValue, status: Int = 200) -> SimulatedResponse {
        SimulatedResponse(status: status, body: Data(value.serialized.utf8))
    }

    /// Neuron's way to say how it went.
    static func error(_ code: Int, status: Int) -> SimulatedResponse {
        .json(["error": .integer(Int64(code))], status: status)
    }

    /// Neuron did as it was told.
    static let ok = SimulatedResponse.error(0, status: 200)
    /// NeuronEX's own shell did.
    static let done = SimulatedResponse.json([:])
    /// A field is missing, or there is no JSON in the body.
    static let badBody = SimulatedResponse.error(1002, status: 400)
    static let badParameter = SimulatedResponse.error(1003, status: 400)

    /// How the shell says that something failed.
    static func failure(_ message: String, status: Int = 500) -> SimulatedResponse {
        .json(["code": 1001, "message": .string(message)], status: status)
    }

    /// eKuiper's errors: 1002 is "not found", 1000 anything else.
    static func ekuiper(_ message: String, isMissing: Bool = false) -> SimulatedResponse {
        .json(
            ["error": isMissing ? 1002 : 1000, "message": .string(message)], status: isMissing ? 404 : 400)
    }

    static func text(_ text: String, type: String = "text/plain", status: Int = 200) -> SimulatedResponse {
        SimulatedResponse(status: status, contentType: type, body: Data(text.utf8))
    }

    /// Unknown routes, wrong methods and bodies that are too large are answered with web pages, as Neuron does.
    static func page(_ status: Int, _ title: String) -> SimulatedResponse {
        .text("<!DOCTYPE html><title>\(status) \(title)</title><h1>\(title)</h1>", type: "text/html", status: status)
    }

    static let noSuchPage = SimulatedResponse.page(404, "Not Found")
    static let wrongMethod = SimulatedResponse.page(405, "Method Not Allowed")
}
