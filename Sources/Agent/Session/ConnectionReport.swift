import Logging
import NIOCore

/// Tells the log how a connection does: what changes at once, what lasts only now and then.
struct ConnectionReport {
    /// The same trouble is told again after so long.
    private static let repetition = TimeAmount.minutes(10)

    private let connection: Int
    private let logger: Logger
    private var told: (trouble: AgentTrouble, at: NIODeadline)?

    init(_ connection: Int, _ logger: Logger) {
        self.connection = connection
        self.logger = logger
    }

    mutating func tell(
        _ session: AgentSession, after event: AgentSession.Event, before action: AgentSession.Action,
        at now: NIODeadline = .now()
    ) {
        switch (event, action) {
        case (.connected, _):
            told = nil
            logger.info("connected", metadata: ["connection": "\(connection + 1)"])
        case (.sentAway, .wait): logger.info("the platform closes the connection; dialling again")
        case (_, .wait(_, let seconds)):
            guard let trouble = session.trouble else { return }
            tell(trouble, retryIn: seconds, isConnected: session.current != nil, at: now)
        default: break
        }
    }

    private mutating func tell(
        _ trouble: AgentTrouble, retryIn seconds: Double, isConnected: Bool, at now: NIODeadline
    ) {
        let isNew = told.map { $0.trouble != trouble || now - $0.at >= Self.repetition } ?? true
        if isNew { told = (trouble, now) }
        var metadata: Logger.Metadata = [
            "reason": "\(trouble.reason)", "retryIn": "\(Int(seconds.rounded(.up))) s",
            "connection": "\(connection + 1)",
        ]
        if let advice = trouble.advice { metadata["advice"] = "\(advice)" }
        let message: Logger.Message = isConnected ? "no new connection; the old one is kept" : "not connected"
        logger.log(level: isNew ? .warning : .debug, message, metadata: metadata)
    }
}
