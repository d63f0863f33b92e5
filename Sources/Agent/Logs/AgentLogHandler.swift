import Fleet
package import Foundation
package import Logging

/// One line on standard error for each thing that happened, for people or for those who collect logs.
package struct AgentLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package let format: AgentSettings.LogFormat
    /// Whether each line begins with its priority, as systemd's journal takes it (sd-daemon(3)).
    private let hasPriority: Bool
    private let write: @Sendable (Data) -> Void

    /// - Parameter write: gets each line whole.
    package init(
        _ format: AgentSettings.LogFormat, hasPriority: Bool = false,
        write: @escaping @Sendable (Data) -> Void = writeToStandardError
    ) {
        self.format = format
        self.hasPriority = hasPriority
        self.write = write
    }

    /// Whether what is written to standard error goes to systemd's journal.
    /// - Parameter environment: in which the journal's stream is named, by device and inode.
    package static func writesToJournal(_ environment: [String: String]) -> Bool {
        var status = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
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
        let priority = hasPriority ? "<\(Self.priority(event.level))>" : ""
        write(Data((priority + line + "\n").utf8))
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
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
