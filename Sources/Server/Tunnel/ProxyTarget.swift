import Fleet
import Transport

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
        // Each request of the platform is asked this: so bytes are looked at, and nothing is copied before it is known.
        var path = path
        let found = path.withUTF8 { bytes -> (id: Range<Int>, end: Int)? in
            for form in Self.forms {
                if let found = Self.find(form, in: bytes) { return found }
            }
            return nil
        }
        guard let (id, end) = found else { return nil }
        let bytes = path.utf8
        func part(_ range: Range<Int>) -> String {
            let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
            return String(path[start..<bytes.index(start, offsetBy: range.count)])
        }
        service = Identifier(rawValue: part(id))
        prefix = part(0..<end)
        let rest = part(end..<bytes.count)
        target = rest.utf8.first == UInt8(ascii: "/") ? rest : "/" + rest
    }

    private static func find(
        _ form: (before: String, after: String), in bytes: UnsafeBufferPointer<UInt8>
    ) -> (id: Range<Int>, end: Int)? {
        let start = form.before.utf8.count
        let id = start..<(start + Identifier<EdgeService>.length)
        let end = id.upperBound + form.after.utf8.count
        guard end <= bytes.count, bytes.starts(with: form.before.utf8),
            bytes[id].allSatisfy({ $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }),
            bytes[id.upperBound..<end].elementsEqual(form.after.utf8)
        else { return nil }
        let isEnd = end == bytes.count || bytes[end] == UInt8(ascii: "/") || bytes[end] == UInt8(ascii: "?")
        return isEnd ? (id, end) : nil
    }

    /// - Throws: `.invalidInput` for `.` and `..`, plain or encoded: what a path means must not depend on who resolves
    ///   it.
    static func checkTraversal(_ target: String) throws {
        let dots = DotSegments(in: target, parametersCount: true)
        guard !dots.hasSingle, !dots.hasDouble else {
            throw EdgewrightError.invalid("path", "must not have “.” or “..” segments")
        }
    }
}
