import NIOHTTP1

/// What a request is for, said so that nobody on its way can understand another host than we do (RFC 9112, section 3.2).
struct RequestTarget: Equatable {
    /// Path and query, or as it came where it is neither.
    let form: String

    /// `nil` for a request that must be refused: no host or several, or a target that names another host.
    init?(_ head: HTTPRequestHead) {
        let hosts = head.headers["host"]
        // HTTP/1.0 knows no hosts.
        guard hosts.count == 1 || (hosts.isEmpty && head.version == .http1_0) else { return nil }
        // Several in one field are several.
        guard hosts.first?.utf8.contains(UInt8(ascii: ",")) != true else { return nil }
        // As nearly all are.
        guard head.uri.utf8.first != UInt8(ascii: "/") else {
            form = head.uri
            return
        }
        guard let scheme = ["http://", "https://"].first(where: { head.uri.lowercased().hasPrefix($0) }) else {
            form = head.uri
            return
        }
        let rest = head.uri.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard authority.lowercased() == hosts.first?.lowercased() else { return nil }
        let path = rest.dropFirst(authority.count)
        form = path.hasPrefix("/") ? String(path) : "/" + path
    }
}
