import CPQ

/// Where the store is. Neither its description nor its errors show a password.
package enum DatabaseLocation: Sendable, Equatable {
    /// A file, made when it does not exist.
    case sqlite(path: String)
    /// A connection URL as libpq reads it.
    case postgres(url: String)

    /// - Parameter text: `sqlite:PATH`, `postgres://...` or `postgresql://...`
    /// - Throws: `StoreError` of kind `.other` saying what is wrong, without repeating the text.
    package init(_ text: String) throws {
        if text.hasPrefix("sqlite:") {
            let path = String(text.dropFirst("sqlite:".count))
            guard !path.isEmpty, path != ":memory:" else {
                throw StoreError(.other, "The database location needs a path to a file: sqlite:PATH.")
            }
            self = .sqlite(path: path)
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            guard ConnectionURL(text) != nil else {
                // What libpq says is left out: it repeats parts of the text, and the password may be in them.
                throw StoreError(.other, "The database location is not a PostgreSQL connection URL.")
            }
            self = .postgres(url: text)
        } else {
            throw StoreError(.other, "The database location must be sqlite:PATH or postgres://...")
        }
    }
}

extension DatabaseLocation: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres(let url): ConnectionURL(url)?.description ?? "postgres://"
        }
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: ["location": description]) }
}

/// The parts of a PostgreSQL URL that may be shown.
private struct ConnectionURL: CustomStringConvertible {
    private static let shown: Set = ["host", "hostaddr", "port", "dbname", "user"]
    private var parts: [String: String] = [:]

    init?(_ url: String) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            return nil
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            let name = String(cString: keyword)
            if let value = option.pointee.val, Self.shown.contains(name) { parts[name] = String(cString: value) }
            option += 1
        }
    }

    var description: String {
        let user = parts["user"].map { "\($0)@" } ?? ""
        let port = parts["port"].map { ":\($0)" } ?? ""
        return "postgres://\(user)\(parts["host"] ?? parts["hostaddr"] ?? "")\(port)/\(parts["dbname"] ?? "")"
    }
}
