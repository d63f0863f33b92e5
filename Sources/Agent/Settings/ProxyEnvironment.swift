package import Fleet
import Foundation
package import Transport

/// The proxy that a machine's environment names for everybody: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in small
/// letters too, as curl reads them.
package struct ProxyEnvironment: Sendable {
    private let variables: [String: String]

    package init(_ variables: [String: String]) { self.variables = variables }

    /// - Returns: `nil` where the way is a direct one.
    /// - Throws: `.invalidInput` naming the variable.
    package func proxy(to place: ServiceEndpoint) throws -> RemoteEndpoint.Proxy? {
        let names = place.scheme == .https ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"]
        guard let name = names.first(where: { variables[$0]?.isEmpty == false }), let text = variables[name],
            !isExempt(place)
        else { return nil }
        return try RemoteEndpoint.Proxy(text.contains("://") ? text : "http://\(text)", field: name)
    }

    private func isExempt(_ place: ServiceEndpoint) -> Bool {
        if place.host == "localhost" || Self.loopback.contains(where: { $0.contains(place.host) }) { return true }
        let list = variables["NO_PROXY"] ?? variables["no_proxy"] ?? ""
        return list.split(separator: ",").contains { entry in
            matches(entry.trimmingCharacters(in: .whitespaces).lowercased(), place)
        }
    }

    private static let loopback = ["127.0.0.0/8", "::1"].compactMap(AddressRange.init)

    /// `*`, a host, a domain with or without a dot before it, any of them with a port, or a network.
    private func matches(_ entry: String, _ place: ServiceEndpoint) -> Bool {
        if entry == "*" || AddressRange(entry)?.contains(place.host) == true { return true }
        var name = entry[...]
        if let colon = name.lastIndex(of: ":"), let port = Int(name[name.index(after: colon)...]) {
            guard port == place.port else { return false }
            name = name[..<colon]
        }
        if name.hasPrefix("*") { name = name.dropFirst() }
        if name.hasPrefix(".") { name = name.dropFirst() }
        return !name.isEmpty && (place.host == name || place.host.hasSuffix(".\(name)"))
    }
}

extension RemoteEndpoint.Proxy {
    /// `http://user:password@proxy.example:3128`
    /// - Throws: `.invalidInput` naming `field`, and never the password in it.
    package init(_ text: String, field: String) throws {
        let example = "must be http://host:port, or http://user:password@host:port"
        guard let parts = URLComponents(string: text), parts.scheme == "http", let host = parts.host, !host.isEmpty,
            parts.path.isEmpty || parts.path == "/", parts.query == nil
        else { throw EdgewrightError.invalid(field, example) }
        let credentials = parts.user.map { "\($0):\(parts.password ?? "")" }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.init(host: bare, port: parts.port ?? 3128, credentials: credentials)
    }
}
