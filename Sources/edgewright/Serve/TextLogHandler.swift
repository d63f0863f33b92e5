import Logging

/// Lines for people on standard error, as swift-log writes them.
///
/// swift-log's own handler puts what is known of a request into words at once, though nothing is logged of most. Here
/// that waits until something is.
struct TextLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    private var stream: StreamLogHandler

    init(label: String) { stream = StreamLogHandler.standardError(label: label) }

    var logLevel: Logger.Level {
        get { stream.logLevel }
        set { stream.logLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        event.metadata = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
        stream.log(event: event)
    }
}
