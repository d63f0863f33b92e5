import Fleet

/// What a path through the tunnel means: which service, and what of it.
struct ProxyTarget: Equatable {
    let service: Identifier<EdgeService>
    /// What stands in front of the service's own path.
    let prefix: String
    /// Path and query for the service, as they came.
    let target: String

    private static let forms: [(before: String, after: String)] = [
        ("/api/v1/services/", "/proxy"), ("/api/edgeservice/proxy/", ""),
    ]

    /// `nil` when the path does not lead through the tunnel.
    init?(path: String) {
        for (before, after) in Self.forms where path.hasPrefix(before) {
            let rest = path.utf8.dropFirst(before.utf8.count)
            let id = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            guard id.count == 26, let service = String(id) else { continue }
            let behind = rest.dropFirst(26)
            guard behind.starts(with: after.utf8) else { continue }
            let target = behind.dropFirst(after.utf8.count)
            guard target.isEmpty || target.first == UInt8(ascii: "/") || target.first == UInt8(ascii: "?"),
                let text = String(target)
            else { continue }
            self.service = Identifier(rawValue: service)
            prefix = before + service + after
            self.target = text.hasPrefix("/") ? text : "/" + text
            return
        }
        return nil
    }

    /// - Throws: `.invalidInput` for `.` and `..`, plain or encoded: what a path means must not depend on who resolves
    ///   it.
    static func checkTraversal(_ target: String) throws {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard path.contains(UInt8(ascii: ".")) || path.contains(UInt8(ascii: "%")) else { return }
        let dotted = Substring(path).lowercased().replacing("%2e", with: ".").replacing("%2f", with: "/").replacing(
            "%5c", with: "/")
        let segments = dotted.split(whereSeparator: { $0 == "/" || $0 == "\\" || $0 == ";" })
        guard !segments.contains("."), !segments.contains("..") else {
            throw EdgewrightError.invalid("path", "must not have “.” or “..” segments")
        }
    }
}
