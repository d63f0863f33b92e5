import NIOCore
import NIOHTTP1

/// What a client may cost before it has asked for anything.
struct ListenerLimits: Sendable, Hashable {
    /// From the connection to the end of the first request's head, TLS included: against those that drip bytes.
    var firstRequestTimeout: Duration = .seconds(30)
    /// Between requests, and between two pieces of a request's body.
    var idleTimeout: Duration = .seconds(75)
    /// For what a client still sends of a request that is answered already.
    var earlyAnswerPatience: Duration = .seconds(5)
    /// For HTTP/2 requests that are under way when the server stops.
    var gracePeriod: Duration = .seconds(8)
    /// Bytes of all names and values together, and of the request's target.
    var maximumHeaderSize = 64 << 10
    var maximumHeaderCount = 200

    init() {}
}

extension ListenerLimits {
    var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumHeaderSize
        limits.maxHeaderListSize = maximumHeaderSize
        limits.maxHeaderFieldCount = maximumHeaderCount
        return limits
    }
}
