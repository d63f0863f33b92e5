import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What is known of a request besides itself.
struct RequestScope: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer's address, without its port; empty when it is not known.
    let remoteAddress: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? ""
    }
}
