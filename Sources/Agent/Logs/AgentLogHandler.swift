import Fleet
package import Foundation
package import Logging

/// One line on standard error for each thing that happened, for people or for those who collect logs.
package struct AgentLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package let format: AgentSettings.LogFormat
    private let write: @Sendable (Data) -> Void

    /// - Parameter write: gets each line whole.
    package init(_ format: AgentSettings.LogFormat, write: @escaping @Sendable (Data) -> Void = writeToStandardError) {
        self.format = format
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
        let time = Timestamp(Date()).description
        let message = event.message.description
        let line =
            switch format {
            case .text: Self.text(time, event.level, message, details)
            case .json: Self.json(time, event.level, message, details)
            }
        write(Data((line + "\n").utf8))
    }

    private static func text(
        _ time: String, _ level: Logger.Level, _ message: String, _ details: [String: String]
    ) -> String {
        let named = details.sorted { $0.key < $1.key }.map { key, value in
            let isPlain = !value.isEmpty && !value.contains(" ")
            return isPlain ? "\(key)=\(value)" : "\(key)=\"\(value.replacing("\"", with: "'"))\""
        }
        return ([time, level.rawValue, message] + named).joined(separator: " ").oneLine
    }

    private static func json(
        _ time: String, _ level: Logger.Level, _ message: String, _ details: [String: String]
    ) -> String {
        let own = ["time": time, "level": level.rawValue, "message": message]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try? encoder.encode(details.merging(own) { $1 })
        return String(decoding: data ?? Data("{}".utf8), as: UTF8.self)
    }
}

/// One write a line: lines of different threads do not mix. There is nobody to tell when it fails.
package func writeToStandardError(_ line: Data) {
    line.withUnsafeBytes { bytes in
        _ = Foundation.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
}
