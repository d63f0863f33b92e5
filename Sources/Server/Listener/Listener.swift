import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// One listener for HTTP/1.1, HTTP/2 where TLS is (ALPN), WebSocket and other upgrades. Connections that ask for an upgrade
/// with their first request get `upgrades`'s decision; everything else goes to the responder.
struct Listener<Responder: HTTPResponder>: Service where Responder.Context == RequestScope {
    let responder: Responder
    let upgrades: any UpgradeResponder
    let address: BindAddress
    let tls: TLSConfiguration?
    var limits = ListenerLimits()
    let logger: Logger
    /// Told the channel on which it listens, once requests are answered.
    let onListening: @Sendable (any Channel) async -> Void

    func run() async throws {
        let http1 = UpgradableHTTP1Channel(
            responder: answer(HTTPDate()), upgrades: upgrades, limits: limits, isSecure: tls != nil)
        let channel: any ServerChildChannel =
            if let tls { try UpgradableTLSChannel(tls: tls, http1: http1) } else { http1 }
        try await channel.server(
            configuration: .init(address: address, backlog: 1024), onServerRunning: onListening,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ).run()
    }

    private func answer(_ date: HTTPDate) -> ClientConnection.Responder {
        let isSecure = tls != nil
        return { incoming, client in
            let body =
                incoming.whole.map { RequestBody(buffer: $0) }
                ?? RequestBody(asyncSequence: ArrivingRequestBody(client: client, request: incoming.number))
            let request = Request(head: incoming.head, body: body)
            let scope = RequestScope(source: .init(client: client, isSecure: isSecure, logger: logger))
            var response: Response
            do {
                response = try await responder.respond(to: request, context: scope)
            } catch let error as HTTPParserError {
                throw error
            } catch {
                logger.error("a request failed", metadata: ["error": "\(error)"])
                response = Response(status: .internalServerError)
            }
            response.headers[.date] = date.now()
            try await client.answer(response)
        }
    }
}
