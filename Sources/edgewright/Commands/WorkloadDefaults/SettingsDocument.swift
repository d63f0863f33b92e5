import Fleet
import Foundation
import Yams

/// A file with settings of workloads, in YAML or JSON.
struct SettingsDocument {
    /// Far beyond what settings can be.
    private static let largest = 1024 * 1024

    let name: String
    let text: String

    /// `-` is standard input.
    /// - Throws: `CommandFailure` of usage when it can't be read.
    init(file: String) throws {
        name = file == "-" ? "standard input" : file
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try? handle?.read(upToCount: Self.largest) ?? Data(),
            handle != nil, let text = String(data: data, encoding: .utf8)
        else { throw CommandFailure(.usage, "\(file) can't be read.") }
        self.text = text
    }

    init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// What the file says of one category or of several; `category` for settings that say of none.
    func defaults(of category: ServiceCategory?) throws -> [WorkloadDefaults] {
        let found: [WorkloadDefaults]
        switch try node() {
        case .sequence: found = try decode([WorkloadDefaults].self)
        case .mapping(let mapping) where mapping["settings"] != nil: found = [try decode(WorkloadDefaults.self)]
        default:
            guard let category else {
                throw CommandFailure(.usage, "\(name) does not say of which category it is: --category NAME.")
            }
            found = [WorkloadDefaults(category: category, settings: try settings())]
        }
        guard found.allSatisfy({ category == nil || $0.category == category }) else {
            throw CommandFailure(.usage, "\(name) is of another category than --category says.")
        }
        return found
    }

    /// The settings alone, whether or not their category is said.
    func settings() throws -> WorkloadSettings {
        if case .mapping(let mapping) = try node(), mapping["settings"] != nil {
            return try decode(WorkloadDefaults.self).settings
        }
        return try decode(WorkloadSettings.self)
    }

    private func node() throws -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch {
            throw CommandFailure(.usage, "\(name) is neither YAML nor JSON: \(error)")
        }
    }

    private func decode<Value: Codable>(_ type: Value.Type) throws -> Value {
        do {
            let value = try YAMLDecoder().decode(type, from: Self.completed(try node() ?? Node("")))
            let understood = try Yams.compose(yaml: YAMLEncoder().encode(value))
            if let unknown = Self.unknown(in: try node(), among: understood) {
                throw CommandFailure(.usage, "\(name): there is no setting “\(unknown)”.")
            }
            return value
        } catch let error as DecodingError {
            throw CommandFailure(.usage, "\(name): \(Self.words(error))")
        } catch let error as YamlError {
            throw CommandFailure(.usage, "\(name) is neither YAML nor JSON: \(error)")
        }
    }

    /// What goes without saying in a list's entries; the API wants it said.
    private static let standards = [
        "ports": (key: "protocol", value: "tcp"), "volumes": (key: "readOnly", value: "false"),
        "devices": (key: "permissions", value: "rwm"),
    ]

    private static func completed(_ node: Node) -> Node {
        switch node {
        case .sequence(var sequence):
            for index in sequence.indices { sequence[index] = completed(sequence[index]) }
            return .sequence(sequence)
        case .mapping(var mapping):
            for (key, value) in mapping {
                let standard = key.string.flatMap { standards[$0] }
                mapping[key] = standard.map { completed(value, Node($0.key), Node($0.value)) } ?? completed(value)
            }
            return .mapping(mapping)
        default: return node
        }
    }

    private static func completed(_ list: Node, _ key: Node, _ value: Node) -> Node {
        guard case .sequence(var sequence) = list else { return list }
        for index in sequence.indices {
            guard case .mapping(var entry) = sequence[index] else { continue }
            if entry[key] == nil { entry[key] = value }
            sequence[index] = .mapping(entry)
        }
        return .sequence(sequence)
    }

    /// The first key that was not understood: a slip in a name must not pass for a setting.
    private static func unknown(in given: Node?, among understood: Node?) -> String? {
        switch (given, understood) {
        case (.mapping(let given)?, .mapping(let understood)?):
            for (key, value) in given where value.null == nil {
                guard let name = key.string else { continue }
                guard let known = understood[key] else { return name }
                if let inner = unknown(in: value, among: known) { return "\(name).\(inner)" }
            }
            return nil
        case (.sequence(let given)?, .sequence(let understood)?):
            return zip(given, understood).lazy.compactMap { unknown(in: $0, among: $1) }.first
        default: return nil
        }
    }

    private static func words(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\(path(context, key)) is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(path(context)) is not as it should be."
        @unknown default: "\(error)"
        }
    }

    private static func path(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
        let keys = context.codingPath + [key].compactMap(\.self)
        let names = keys.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }
        return names.isEmpty ? "it" : names.joined(separator: ".")
    }
}
