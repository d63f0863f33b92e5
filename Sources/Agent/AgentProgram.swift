import Foundation

/// What the program says of itself and of the machine it runs on.
package enum AgentProgram {
    package static let version = "0.1.0"

    /// The machine's name, as people on it know it.
    package static var machine: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "agent" }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? "agent" : text
    }

    /// `linux x86_64`
    package static var system: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return "\(text(&names.sysname).lowercased()) \(text(&names.machine))"
    }

    private static func text<Field>(_ field: inout Field) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
