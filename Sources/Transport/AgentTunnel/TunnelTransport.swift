import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Reaches what an agent offers, through the tunnel that the agent holds open.
package struct TunnelTransport: Transport {
    private let peer: ErrorTranslation.Peer
    private let authority: String
    private let basePath: String
    private let tunnel: @Sendable () async throws -> TunnelClient

    /// - Parameters:
    ///   - agent: what messages call it.
    ///   - offer: which of its offers is meant.
    ///   - authority: what the other end is asked for; the offer itself when absent.
    ///   - tunnel: finds the agent's connection anew for each request; throws a `TransportError` when there is none.
    package init(
        agent: String, offer: String, authority: String? = nil, basePath: String = "",
        tunnel: @escaping @Sendable () async throws -> TunnelClient
    ) {
        peer = .offer(offer, agent: agent)
        self.authority = authority ?? offer
        self.basePath = basePath
        self.tunnel = tunnel
    }

    package func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        try RemoteTarget.check(request)
        let deadline = NIODeadline.now() + TimeAmount(request.timeout)
        var translation = ErrorTranslation(peer: peer, timeout: request.timeout)
        do {
            let tunnel = try await tunnel()
            if let answer = try await sendKept(request, over: tunnel, until: deadline) { return answer }
            let head = try self.head(request, [(":method", request.method.rawValue)])
            let (answer, stream) = try await tunnel.exchange(
                head, body: request.body, until: deadline, idleTimeout: request.idleTimeout)
            // Whoever gives no answer may go on with a body for ever, which nobody would read.
            var isTaken = false
            defer { if !isTaken { stream.cancel() } }
            try check(answer)
            guard let status = TunnelFields.status(answer.head) else { throw InvalidTunnelAnswer() }
            translation.isInBody = true
            let length = try TunnelAnswerLength(answer.head, status: status, to: request.method)
            let body = try length.checked(answer.whole) { TunnelBodyReader(stream, translation) }
            var fields = TunnelFields.fields(answer.head)
            fields[.contentLength] = length.field
            isTaken = true
            return RemoteResponse(status: status, headerFields: fields, body: body)
        } catch {
            throw translation.translate(error)
        }
    }

    /// - Returns: `nil` when it has to go by itself.
    private func sendKept(
        _ request: RemoteRequest, over tunnel: TunnelClient, until deadline: NIODeadline
    ) async throws -> RemoteResponse? {
        guard let (connection, origin) = tunnel.takeKept(authority, peer) else { return nil }
        let outgoing = OutgoingRequest(request, basePath: basePath, authority: origin.authority)
        do {
            var answer = try await connection.exchange(outgoing, until: deadline)
            if let location = answer.headerFields[.location] {
                answer.headerFields[.location] = origin.place.relative(location)
            }
            return answer
        } catch let stale as StaleConnection {
            guard !stale.hasSent || outgoing.isRepeatable else { throw stale.reason }
            return nil
        }
    }

    package func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        try RemoteTarget.check(request)
        guard case .empty = request.body, let token = request.headerFields[.upgrade] else {
            throw TransportError(.invalidRequest, "a request for an upgrade names what to and has no body")
        }
        let head = try self.head(request, [(":method", "CONNECT"), (":protocol", token)])
        let translation = ErrorTranslation(peer: peer, timeout: request.timeout)
        do {
            let (answer, stream) = try await tunnel().connect(
                head, until: .now() + TimeAmount(request.timeout))
            var isTaken = false
            defer { if !isTaken { stream.cancel() } }
            try check(answer)
            let code = answer.head.first(name: TunnelField.upgradeStatus).flatMap { Int($0) }
            guard let code, code == 101 || (200...999).contains(code) else { throw InvalidTunnelAnswer() }
            var fields = TunnelFields.fields(answer.head)
            guard code == 101 else {
                return RemoteUpgrade(response: HTTPResponse(status: .init(code: code), headerFields: fields))
            }
            isTaken = true
            fields[.connection] = "upgrade"
            fields[.upgrade] = answer.head.first(name: TunnelField.upgradedTo) ?? token
            return RemoteUpgrade(
                response: HTTPResponse(status: .switchingProtocols, headerFields: fields),
                channel: .tunnel(TunnelUpgrade(stream: stream)))
        } catch {
            throw translation.translate(error)
        }
    }

    /// - Throws: `TransportError` of kind `.invalidRequest` for fields that do not fit.
    private func head(_ request: RemoteRequest, _ method: [(String, String)]) throws -> HPACKHeaders {
        var head = HPACKHeaders()
        head.reserveCapacity(request.headerFields.count + 7)
        for (name, value) in method { head.add(name: name, value: value) }
        head.add(name: ":scheme", value: "http")
        head.add(name: ":authority", value: authority)
        // Paths hardly come twice: in the table they would push out what does.
        head.add(name: ":path", value: basePath + request.target, indexing: .nonIndexable)
        TunnelFields.append(request.headerFields, to: &head)
        if case .stream(_, let length?) = request.body {
            head.replaceOrAdd(name: "content-length", value: String(length))
        }
        head.add(name: TunnelField.timeout, value: String(TimeAmount(request.timeout).nanoseconds / 1_000_000))
        try TunnelFields.checkLength(head, else: .invalidRequest)
        return head
    }

    /// - Throws: what the agent says in place of the service.
    private func check(_ answer: TunnelAnswer) throws {
        if let refusal = TransportError(refusal: answer.head) { throw refusal }
    }
}

/// The agent's answer is none.
struct InvalidTunnelAnswer: Error {}
