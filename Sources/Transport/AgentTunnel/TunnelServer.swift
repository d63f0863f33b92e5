import Foundation
import HTTPTypes
package import NIOCore
import NIOHPACK
import NIOHTTP2

/// The serving end of a tunnel: the agent's, on a connection that the agent has opened, or a control plane's towards
/// another one. Forwards each exchange to what it names.
package final class TunnelServer: Sendable {
    package let traffic: TunnelTraffic
    /// Fulfilled when the connection is gone, whoever closed it.
    package let closed: EventLoopFuture<Void>
    /// Fulfilled when the other end wants to ask no more on this connection, though what is under way may end; fails when
    /// the connection is gone without such a word.
    package let goingAway: EventLoopFuture<Void>
    private let channel: any Channel
    private let frames: NIOLoopBound<TunnelFrames>

    /// On the connection's event loop, right after the 101.
    package init(
        on channel: any Channel, targets: any TunnelTargets, keepalive: TunnelProtocol.Keepalive = .agent
    ) throws {
        guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
        traffic = TunnelTraffic()
        closed = channel.closeFuture
        self.channel = channel
        let loop = channel.eventLoop
        let frames = TunnelFrames(loop: loop, traffic: traffic) { [traffic] stream, head, isComplete in
            let exchange = ForwardedExchange(
                head: head, isComplete: isComplete, stream: TunnelStreamHandle(stream, on: loop),
                targets: targets, traffic: traffic)
            stream.work = exchange.start()
        }
        self.frames = NIOLoopBound(frames, eventLoop: loop)
        let isGoingAway = loop.makePromise(of: Void.self)
        goingAway = isGoingAway.futureResult
        channel.closeFuture.whenComplete { _ in isGoingAway.fail(ChannelError.eof) }
        try channel.addTunnel(
            frames, traffic,
            TunnelConduct(
                mode: .server, keepalive: keepalive, tolerance: .ofAsker, carriesBytes: targets.carriesBytes))
        try channel.pipeline.syncOperations.addHandler(FarewellListener(isGoingAway), position: .before(frames))
    }

    package func close() { channel.close(promise: nil) }

    /// Lets what is under way end, and takes nothing new.
    package func goAway() { channel.eventLoop.execute { [frames] in frames.value.goAway() } }

    /// There and back, as the system measures it all the time, without asking: to the other end, or to the proxy before
    /// it. `nil` where it does not tell.
    package func roundTrip() async -> Duration? {
        #if os(Linux)
        guard let socket = channel as? any SocketOptionProvider else { return nil }
        guard let information = try? await socket.getTCPInfo().get(), information.tcpi_rtt > 0 else { return nil }
        return .microseconds(Int64(information.tcpi_rtt))
        #else
        return nil
        #endif
    }
}

/// Hears that the other end says goodbye.
private final class FarewellListener: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame

    private let heard: EventLoopPromise<Void>

    init(_ heard: EventLoopPromise<Void>) { self.heard = heard }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .goAway = unwrapInboundIn(data).payload { heard.succeed() }
        context.fireChannelRead(data)
    }
}

/// One request of the platform on its way to a local service, and the answer back.
private struct ForwardedExchange: Sendable {
    /// No answer takes longer to begin, whatever the platform asks for.
    private static let longestTimeout = Duration.seconds(3600)

    let head: HPACKHeaders
    let isComplete: Bool
    let stream: TunnelStreamHandle
    let targets: any TunnelTargets
    let traffic: TunnelTraffic

    /// The task belongs to the exchange, which cancels it when the platform gives up.
    func start() -> Task<Void, Never> {
        Task(executorPreference: EventLoopExecutor(stream.loop)) {
            let failure: (any Error)?
            do {
                try await forward()
                failure = nil
            } catch {
                failure = error
            }
            stream.onLoop { $0.workEnded(failure) }
        }
    }

    private func forward() async throws {
        let transport: any Transport
        let method = head.first(name: ":method") ?? ""
        do {
            transport = try await targets.transport(to: head.first(name: ":authority") ?? "")
            if method == "CONNECT" {
                let wantsBytes = head.first(name: ":protocol") == TunnelProtocol.bytesToken
                return wantsBytes ? try await carry(through: transport) : try await upgrade(through: transport)
            }
            let answer = try await transport.send(try request(method))
            try await pass(on: answer)
        } catch let error as TransportError {
            // Once there is an answer it can only be broken off.
            stream.onLoop { $0.refuse(error) }
        }
    }

    private func request(_ method: String) throws -> RemoteRequest {
        guard let method = HTTPRequest.Method(method), let target = head.first(name: ":path") else {
            throw TransportError(.invalidRequest, "the request has no method or path")
        }
        let body: RemoteBody =
            isComplete
            ? .empty : .stream(ArrivingBody(reader: TunnelBodyReader(stream)), length: TunnelFields.length(head))
        return RemoteRequest(
            method: method, target: target, headerFields: TunnelFields.fields(head), body: body, timeout: timeout,
            idleTimeout: nil)
    }

    private var timeout: Duration {
        let milliseconds = head.first(name: TunnelField.timeout).flatMap { Int64($0) } ?? 30_000
        return min(.milliseconds(max(1, milliseconds)), Self.longestTimeout)
    }

    private func pass(on answer: RemoteResponse) async throws {
        let head = Self.head(answer.status, answer.headerFields)
        try TunnelFields.checkLength(head, else: .invalidResponse)
        if let whole = answer.received { return stream.send(head, whole: whole) }
        stream.send(head, isLast: false)
        do {
            for try await chunk in answer.body { try await stream.write(chunk) }
        } catch let error as TransportError {
            throw BrokenAnswer(reason: error)
        }
        stream.end()
    }

    private static func head(_ status: HTTPResponse.Status, _ fields: HTTPFields) -> HPACKHeaders {
        var head = HPACKHeaders()
        head.reserveCapacity(fields.count + 1)
        head.add(name: ":status", value: String(status.code))
        TunnelFields.append(fields, to: &head)
        return head
    }

    /// Copies bytes both ways until one of the ends closes.
    private func carry(through transport: any Transport) async throws {
        guard let offer = transport as? OfferTransport, let origin = offer.origin else {
            return stream.send([":status": "200"], isLast: true)
        }
        let splice = NIOLoopBound(
            ByteSplice(usesTLS: offer.endpoint.usesTLS, on: stream.loop, traffic), eventLoop: stream.loop)
        let channel = try await offer.open(on: stream.loop, within: timeout, splice)
        stream.send([":status": "200", TunnelField.origin: origin], isLast: false)
        stream.onLoop { stream in
            stream.isRaw = true
            splice.value.start(stream)
        }
        await withTaskCancellationHandler {
            // How it ended is told by the splice.
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        if let failure = try await stream.loop.submit({ splice.value.failure }).get() {
            // A reset would overtake what is not taken yet.
            try await stream.drain()
            throw failure
        }
        stream.end()
    }

    private func upgrade(through transport: any Transport) async throws {
        guard let token = head.first(name: ":protocol"), let target = head.first(name: ":path") else {
            throw TransportError(.invalidRequest, "only an extended CONNECT with a protocol is forwarded")
        }
        var fields = TunnelFields.fields(head)
        fields[.connection] = "Upgrade"
        fields[.upgrade] = token
        let remote = try await transport.upgrade(
            RemoteRequest(target: target, headerFields: fields, timeout: timeout))
        var answer = Self.head(.ok, remote.response.headerFields)
        answer.add(name: TunnelField.upgradeStatus, value: String(remote.response.status.code))
        if let spoken = remote.response.headerFields[.upgrade] {
            answer.add(name: TunnelField.upgradedTo, value: spoken)
        }
        do {
            try TunnelFields.checkLength(answer, else: .invalidResponse)
        } catch {
            await remote.close()
            throw error
        }
        guard let connection = remote.channel else { return stream.send(answer, isLast: true) }
        stream.send(answer, isLast: false)
        do {
            try await ByteTunnel.pump(.tunnel(TunnelUpgrade(stream: stream)), connection)
        } catch let error as TransportError {
            throw BrokenAnswer(reason: error)
        }
    }
}

/// The service broke off in the middle of its answer.
private struct BrokenAnswer: Error {
    let reason: TransportError
}

extension TunnelStream {
    /// Says why there is no answer of the service.
    func refuse(_ error: TransportError) { send(error.refusal, isLast: true) }
}
