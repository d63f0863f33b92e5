import HTTPTypes
import NIOCore
import NIOHTTP2

/// What both ends of an agent's tunnel agree on.
///
/// The agent dials the platform and asks for an upgrade; on that connection the roles then turn round: the agent serves
/// HTTP/2 (RFC 9113) and the platform is its client. `:authority` names one of the agent's offers.
package enum TunnelProtocol {
    /// The token of the `Upgrade` field.
    package static let upgradeToken = "edgewright-tunnel/1"
    /// The same between two control planes, where the one that dials asks.
    package static let peerToken = "edgewright-peer/1"
    /// Streams under way at once on one connection.
    static let maximumStreams = 1000
    /// Bytes of one frame: a quarter of the work for each byte that frames of the protocol's own 16 KiB make.
    static let frameLimit = 64 << 10
    /// Bytes a stream may have on its way, unread.
    static let streamWindow = 1 << 20
    /// The same of all streams of a connection together.
    static let connectionWindow = 4 << 20
    /// Once so much lies unread, the connection as a whole is held back too.
    static let unreadLimit = 16 << 20
    /// Bytes that a writer may be ahead of the wire.
    static let bytesAhead = 256 << 10

    /// How to find out that the other end is gone.
    package struct Keepalive: Sendable {
        /// After so much silence the other end is asked.
        package var interval: Duration
        /// So many questions in a row without a word, and it is gone.
        package var missedPings: Int

        package init(interval: Duration, missedPings: Int = 3) {
            self.interval = interval
            self.missedPings = missedPings
        }

        package static let platform = Keepalive(interval: .seconds(15))
        /// Longer than the platform's, so that on a quiet tunnel only one end asks.
        package static let agent = Keepalive(interval: .seconds(20))
    }

    static func configuration() -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: maximumStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 128 << 10),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
            HTTP2Setting(parameter: .maxFrameSize, value: frameLimit),
            HTTP2Setting(parameter: .enableConnectProtocol, value: 1),
        ]
        // Lengths are checked where the body is passed on; a HEAD's answer would be refused here.
        configuration.contentLengthValidation = .disabled
        // The defaults (200 in 30 s) end a busy tunnel.
        configuration.controlFrameRateLimit.maximumCount = 50_000
        return configuration
    }

    static func streams() -> NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.streamResetFrameRateLimit.maximumCount = 100_000
        configuration.streamErrorRateLimit.maximumCount = 100_000
        return configuration
    }
}

/// Fields that only the two ends of a tunnel see.
enum TunnelField {
    /// Longest wait for the service's answer, in milliseconds.
    static let timeout = "edgewright-timeout"
    /// In an answer: it is the agent's own, and says why there is none of the service: a `TransportError.Kind`.
    static let refusal = "edgewright-refusal"
    /// The sentence to it, percent-encoded.
    static let reason = "edgewright-reason"
    /// In the answer to an extended CONNECT: the status with which the service answered.
    static let upgradeStatus = "edgewright-upgrade-status"

    /// And what it has agreed to speak.
    static let upgradedTo = "edgewright-upgraded-to"

    static let prefix = "edgewright-"
}
