import Foundation
import NIOCore
import NIOHTTP1

/// A request's head, taken apart.
struct SimulatorCall {
    let head: HTTPRequestHead
    let path: Substring
    let query: [String: String]

    init(_ head: HTTPRequestHead) {
        self.head = head
        let question = head.uri.firstIndex(of: "?") ?? head.uri.endIndex
        path = head.uri[..<question]
        query = Self.query(head.uri[question...].dropFirst())
    }

    /// What a service sees of it.
    func request(_ path: Substring, body: Data = Data()) -> SimulatedRequest {
        SimulatedRequest(
            head.method == .HEAD ? "GET" : head.method.rawValue, String(path), query: query,
            authorization: head.headers.first(name: "authorization"), body: body)
    }

    private static func query(_ text: Substring) -> [String: String] {
        guard !text.isEmpty else { return [:] }
        let pairs = text.split(separator: "&").map { pair -> (String, String) in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? String(parts[1]).replacing("+", with: " ") : ""
            return (String(parts[0]), value.removingPercentEncoding ?? value)
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
