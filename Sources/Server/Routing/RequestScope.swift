import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What is known of a request besides itself.
struct RequestScope: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer's address, without its port; empty when it is not known.
    let remoteAddress: String
    /// As the peer alone shows it, until `PlatformResponder` has asked the trusted proxies.
    var origin: RequestOrigin
    /// The client's connection, or its stream of one.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? ""
        origin = RequestOrigin(address: remoteAddress, isSecure: false, authority: "", forwardedFor: remoteAddress)
    }
}
