import Logging

/// What a listener hears.
package enum DatabaseNotification: Sendable, Equatable {
    /// Listening, for the first time or again: what was told before may have been missed, so read the state anew.
    case listening
    case told(channel: String, payload: String)
}

/// What is told on some channels, for as long as it is read: a lost connection is made again, with growing pauses.
///
/// Each iteration has a connection of its own. It ends when its task is cancelled, by returning nil.
package struct PostgresListener: AsyncSequence, Sendable {
    package typealias Element = DatabaseNotification
    package typealias Failure = Never

    private let settings: PostgresSettings
    private let channels: [String]
    private let logger: Logger

    init(settings: PostgresSettings, channels: [String], logger: Logger) {
        self.settings = settings
        self.channels = channels
        self.logger = logger
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(settings: settings, channels: channels, logger: logger)
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private let settings: PostgresSettings
        private let channels: [String]
        private let logger: Logger
        private var connection: PostgresListeningConnection?
        private var failures = 0

        init(settings: PostgresSettings, channels: [String], logger: Logger) {
            self.settings = settings
            self.channels = channels
            self.logger = logger
        }

        package mutating func next() async -> DatabaseNotification? {
            await next(isolation: nil)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> DatabaseNotification? {
            while !Task.isCancelled {
                do {
                    if let connection { return try await connection.next() }
                    connection = try await PostgresListeningConnection.open(settings, channels)
                    failures = 0
                    return .listening
                } catch is CancellationError {
                    break
                } catch {
                    connection = nil
                    failures += 1
                    logger.warning("not listening", metadata: ["error": "\(error)", "failures": "\(failures)"])
                    guard (try? await Task.sleep(for: Self.backoff(failures))) != nil else { break }
                }
            }
            connection = nil
            return nil
        }

        /// About 0.1 s, 0.2 s, 0.4 s, ... 10 s: random, for all processes lose the server at the same moment.
        private static func backoff(_ failures: Int) -> Duration {
            .seconds(Double.random(in: 0.5...1) * Swift.min(10, 0.1 * Double(1 << Swift.min(failures, 10))))
        }
    }
}
