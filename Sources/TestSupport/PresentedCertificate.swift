import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL

/// The certificate that a listener on 127.0.0.1 shows to a new connection, in DER form.
package func presentedCertificate(port: Int) async throws -> [UInt8] {
    let context = try NIOSSLContext(configuration: .makeClientConfiguration())
    let presented = NIOLockedValueBox<[UInt8]>([])
    let shown = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            let handler = try NIOSSLClientHandler(
                context: context, serverHostname: nil,
                customVerificationCallback: { certificates, verified in
                    let bytes = certificates.first.flatMap { try? $0.toDERBytes() } ?? []
                    presented.withLockedValue { $0 = bytes }
                    verified.succeed(.certificateVerified)
                    shown.succeed()
                })
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }
    let channel: any Channel
    do {
        channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    } catch {
        shown.fail(error)
        throw error
    }
    channel.closeFuture.whenComplete { _ in shown.fail(ChannelError.eof) }
    try await shown.futureResult.get()
    try? await channel.close()
    return presented.withLockedValue { $0 }
}

/// The same of a certificate in PEM form.
package func certificateBytes(pem: String) throws -> [UInt8] {
    try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)).first?.toDERBytes() ?? []
}
