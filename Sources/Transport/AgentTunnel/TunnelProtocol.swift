package import HTTPTypes
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
    /// What an extended CONNECT (RFC 8441) asks for that wants raw bytes to and from an offer.
    static let bytesToken = "edgewright-bytes/1"
    /// With it the serving end says that it takes those; whoever does not know it, asks for none (RFC 9113, section 5.5).
    static let carriesBytes = HTTP2Setting(parameter: HTTP2SettingsParameter(extensionSetting: 0xED01), value: 1)
    /// Streams under way at once on one connection.
    static let maximumStreams = 1000
    /// Bytes of one frame: a quarter of the work for each byte that frames of the protocol's own 16 KiB make.
    static let frameLimit = 64 << 10
    /// Bytes of an exchange's fields, as they go out: below `frameLimit`.
    static let longestFields = 60 << 10
    /// What the other end may ask to be kept of fields that come again; more is memory that it makes us keep.
    static let largestFieldTable = 64 << 10
    /// Bytes a stream may have on its way, unread, to begin with.
    static let streamWindow = 128 << 10
    /// The same, once its reader has shown that it keeps up.
    static let largestStreamWindow = 1 << 20
    /// What the streams of a connection may have beyond that with which each of them begins. So what lies unread has a
    /// bound, and however many do not read, the others go on.
    static let extraWindows = 16 << 20
    /// Bytes on their way on a connection, which are taken whoever reads them.
    static let connectionWindow = 4 << 20
    /// So long the end that has asked has to close a connection on which all is said.
    static let farewell = TimeAmount.seconds(10)
    /// Bytes that a writer may be ahead of the wire, so that the wire never waits for it.
    static let bytesAhead = 256 << 10
    /// Bytes that all writers of a connection together may be ahead: as much as 32 of them, of which none is held up then.
    static let bytesAheadOfAll = 8 << 20
    /// Beyond it each writer gets half a frame: hundreds whose readers do not read are no reason to run out of memory.
    static let fewBytesAhead = 32 << 10

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

    /// What the other end may do in a moment before the connection is closed: frames that cost us work and nobody needs.
    ///
    /// The library keeps room for as many moments as it counts, so a wide limit costs memory, on ten thousand connections
    /// a lot: hence short windows, and small counts where one agent is at the other end. Its defaults (200 in 30 s) end a
    /// busy tunnel.
    package enum Tolerance: Sendable {
        /// At the platform, of an agent: what its services break off.
        case ofAgent
        /// Of whoever asks, which is many at once that give up; and of another control plane.
        case ofAsker

        /// And within what time.
        var resets: (count: Int, within: TimeAmount) {
            switch self {
            case .ofAgent: (250, .milliseconds(100))
            case .ofAsker: (20_000, .seconds(1))
            }
        }
    }

    /// - Parameter carriesBytes: whether the other end may ask for raw bytes.
    static func configuration(carriesBytes: Bool) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: maximumStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 128 << 10),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
            HTTP2Setting(parameter: .maxFrameSize, value: frameLimit),
            HTTP2Setting(parameter: .enableConnectProtocol, value: 1),
        ]
        // Of more streams that were ended here a moment ago, what is still on its way would end the connection.
        configuration.maximumRecentlyResetStreams = 256
        // Counted over a connection's whole life, which may be months; `streams` limits how many come at once.
        configuration.maximumConnectionGlitches = .max
        if carriesBytes { configuration.initialSettings.append(Self.carriesBytes) }
        // Lengths are checked where the body is passed on; a HEAD's answer would be refused here.
        configuration.contentLengthValidation = .disabled
        // `TunnelFields` takes nothing over that is no field, nor what belongs to a connection, and a status is looked at
        // where it is read: the library's look at each field of each block costs as much as all the rest of it.
        configuration.headerBlockValidation = .disabled
        configuration.controlFrameRateLimit.maximumCount = 100
        configuration.controlFrameRateLimit.windowLength = .seconds(1)
        return configuration
    }

    static func streams(_ tolerance: Tolerance) -> NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        let (count, window) = tolerance.resets
        configuration.streamResetFrameRateLimit.maximumCount = count
        configuration.streamResetFrameRateLimit.windowLength = window
        configuration.streamErrorRateLimit.maximumCount = count
        configuration.streamErrorRateLimit.windowLength = window
        return configuration
    }
}

extension HTTPField.Name {
    /// In the platform's question for an agent's profile: what the agent is to it, an `EdgeAgent.State`.
    package static let agentState: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Edgewright-Agent-State") else { preconditionFailure("no field name") }
        return name
    }()
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

    /// In the answer to an extended CONNECT for raw bytes: how the offer names itself. Without it there are none: each
    /// request has to be looked at.
    static let origin = "edgewright-origin"

    static let prefix = "edgewright-"
}
