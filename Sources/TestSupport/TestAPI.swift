import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL

/// Speaks to the public API as a test does: any request, and every answer whole.
package struct TestAPI: Sendable {
    package let url: String
    package let token: String?

    /// Never follows redirects, since tests look at them.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        var tls = TLSConfiguration.makeClientConfiguration()
        // Whose certificate it is, tests look at with `presentedCertificate`.
        tls.certificateVerification = .none
        configuration.tlsConfiguration = tls
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    package init(url: String, token: String?) {
        self.url = url
        self.token = token
    }

    package func get(_ path: String) async throws -> TestAnswer { try await send("GET", path) }
    package func delete(_ path: String) async throws -> TestAnswer { try await send("DELETE", path) }

    package func post(_ path: String, _ json: [String: any Sendable]) async throws -> TestAnswer {
        try await send("POST", path, json: json)
    }

    package func patch(_ path: String, _ json: [String: any Sendable]) async throws -> TestAnswer {
        try await send("PATCH", path, json: json)
    }

    package func send(
        _ method: String, _ path: String, json: [String: any Sendable]? = nil, body: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> TestAnswer {
        var request = HTTPClientRequest(url: url + path)
        request.method = HTTPMethod(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let json {
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(data: try JSONSerialization.data(withJSONObject: json)))
        } else if let body {
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await Self.client.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let fields = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { $0 + "\n" + $1 }
        return TestAnswer(
            status: Int(response.status.code), headers: fields, body: Data(buffer: bytes), request: "\(method) \(path)")
    }

    package func importCSV(_ csv: String, into project: String) async throws -> TestAnswer {
        try await send(
            "POST", "/api/v1/projects/\(project)/services/import", body: csv, headers: [("Content-Type", "text/csv")])
    }

    /// Asks again until the answer is as wanted, for what comes about by itself; at most for two and a half minutes.
    package func poll(_ path: String, until isWanted: (TestAnswer) -> Bool) async throws -> TestAnswer {
        let end = ContinuousClock.now + .seconds(150)
        while true {
            let answer = try await get(path)
            if isWanted(answer) { return answer }
            guard ContinuousClock.now < end else {
                throw WorldError("\(path) did not become what was wanted: \(answer)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

/// An answer, and what the test wants to know of it.
package struct TestAnswer: Sendable, CustomStringConvertible {
    package let status: Int
    /// By lower-case name.
    package let headers: [String: String]
    package let body: Data
    let request: String

    package var text: String { String(decoding: body, as: UTF8.self) }
    package var description: String { "\(request) -> \(status) \(text.prefix(500))" }

    package var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
    package var items: [[String: Any]] { json["items"] as? [[String: Any]] ?? [] }

    /// A text member of the answer; empty when it is not there.
    package subscript(_ key: String) -> String { json[key] as? String ?? "" }

    /// The names of the fields that a problem complains of.
    package var badFields: [String] {
        (json["errors"] as? [[String: Any]] ?? []).compactMap { $0["field"] as? String }
    }

    /// `name=value` of the cookie that was set.
    package var cookie: String { headers["set-cookie"].map { String($0.prefix { $0 != ";" }) } ?? "" }

    package func expect(_ wanted: Int) throws -> TestAnswer {
        guard status == wanted else { throw WorldError("wanted \(wanted): \(self)") }
        return self
    }
}
