import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What is known of a request besides itself.
struct RequestScope: RequestContext {
    struct Source: RequestContextSource {
        let client: ClientConnection
        /// Whether its connection is TLS.
        let isSecure: Bool
        let logger: Logger
    }

    var coreContext: CoreRequestContextStorage
    let client: ClientConnection
    /// As the peer alone shows it, until `PlatformResponder` has asked the trusted proxies.
    var origin: RequestOrigin

    /// The peer's address, without its port; empty when it is not known.
    var remoteAddress: String { client.address }

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        client = source.client
        origin = RequestOrigin(
            address: client.address, isSecure: source.isSecure, authority: "", forwardedFor: client.address)
    }
}
