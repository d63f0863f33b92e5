import Foundation
import NIOCore
import NIOExtras
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL

/// Says in the transport's words what an error of the libraries below means.
struct ErrorTranslation {
    /// What messages call the other end. Put into words when there is something to tell, which is seldom.
    enum Peer {
        case called(String)
        case offer(String, agent: String)
    }

    private let other: Peer
    var timeout: Duration?
    var connectTimeout: Duration?
    /// The head was there already.
    var isInBody = false

    init(peer: Peer, timeout: Duration? = nil, connectTimeout: Duration? = nil, isInBody: Bool = false) {
        other = peer
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.isInBody = isInBody
    }

    init(peer: String, timeout: Duration? = nil, connectTimeout: Duration? = nil, isInBody: Bool = false) {
        self.init(peer: .called(peer), timeout: timeout, connectTimeout: connectTimeout, isInBody: isInBody)
    }

    private var peer: String {
        switch other {
        case .called(let name): name
        case .offer(let offer, let agent): "“\(offer)” behind the agent “\(agent)”"
        }
    }

    /// Cancellation and errors that are translated already pass through.
    func translate(_ error: any Error) -> any Error {
        switch error {
        case is TransportError, is CancellationError: error
        case let error as ExchangeFailure: translate(failure: error)
        case let error as ProxyFailure: translate(proxy: error)
        case let error as NIOConnectionError: translate(connection: error)
        case let error as IOError: translate(errno: error.errnoCode, error)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: translate(tls: error)
        case HTTPParserError.invalidEOFState: closed(error)
        case HTTPParserError.headerOverflow:
            TransportError(.invalidResponse, "the head of \(peer)'s answer is too large", cause: error)
        case is HTTPParserError:
            TransportError(.invalidResponse, "\(peer) answered with something that is not HTTP", cause: error)
        case is UnnamedUpgrade:
            TransportError(.invalidResponse, "\(peer) agreed to an upgrade without saying to what", cause: error)
        case is TunnelLost where !isInBody:
            TransportError(.pathDown, "the connection to the agent was lost", cause: error)
        case let error as TunnelReset where error.code == .refusedStream:
            TransportError(.pathDown, "the agent takes no more requests on this connection", cause: error)
        case is InvalidTunnelAnswer:
            TransportError(.invalidResponse, "\(peer) answered with something that is not HTTP", cause: error)
        case ChannelError.connectTimeout: timedOut(connectTimeout ?? timeout, "no connection to", error)
        case is ChannelError: closed(error)
        case is SocketAddressError:
            TransportError(.unknownHost, "there is no address for \(peer)", cause: error)
        case let error as RequestBodyError:
            TransportError(.invalidRequest, "the request's body broke off", cause: error.reason)
        default: TransportError(.connectionClosed, "the exchange with \(peer) broke off", cause: error)
        }
    }

    private func translate(failure: ExchangeFailure) -> any Error {
        switch failure {
        case .shutDown:
            TransportError(.pathDown, "the connections to the outside are being closed", cause: failure)
        case .noFreeConnection: timedOut(timeout, "no free connection to", failure)
        case .noAnswerInTime: timedOut(timeout, "no answer from", failure)
        case .closedByPeer: closed(failure)
        case .unwantedUpgrade:
            TransportError(.invalidResponse, "\(peer) left HTTP without having been asked to", cause: failure)
        case .foreignTransferCoding:
            TransportError(
                .invalidResponse, "the answer of \(peer) is in a transfer coding that was not asked for", cause: failure
            )
        case .silent(let limit):
            TransportError(.timedOut, "\(peer) has sent nothing for \(limit.inSeconds)", cause: failure)
        case .refusedTarget:
            TransportError(
                .pathDown, "\(peer) has an address that Edgewright is set up not to connect to", cause: failure)
        case .ownListener: TransportError(.pathDown, "\(peer) is Edgewright itself", cause: failure)
        case .bodyLength:
            TransportError(
                .invalidRequest, "the request's body was not as long as its length said", cause: failure)
        }
    }

    private func translate(proxy error: ProxyFailure) -> any Error {
        let proxy = "the proxy \(error.proxy)"
        if error.reason is NIOHTTP1ProxyConnectHandler.Error {
            let what =
                switch error.status {
                case 407: "wants a user name and password"
                // Not what the standard has for it, but what tinyproxy says.
                case 401: "does not take the user name and password"
                case let status?: "does not connect to \(peer): it answered \(status)"
                case nil: "does not connect to \(peer)"
                }
            return TransportError(.pathDown, "\(proxy) \(what)", cause: error)
        }
        let inner = ErrorTranslation(peer: proxy, timeout: timeout, connectTimeout: connectTimeout)
        guard let reason = inner.translate(error.reason) as? TransportError else { return CancellationError() }
        return TransportError(.pathDown, reason.message, cause: error)
    }

    private func translate(connection error: NIOConnectionError) -> any Error {
        if let first = error.connectionErrors.first?.error { return translate(first) }
        return TransportError(.unknownHost, "there is no address for \(error.host)", cause: error)
    }

    private func translate(errno code: CInt, _ error: any Error) -> TransportError {
        switch code {
        case ECONNREFUSED: TransportError(.connectionRefused, "connection refused by \(peer)", cause: error)
        case ENOENT: TransportError(.connectionRefused, "\(peer) is not there: no such file", cause: error)
        case EHOSTUNREACH, EHOSTDOWN:
            // Mostly the peer's own network saying that nobody has the address: the peer is off.
            TransportError(.connectionRefused, "\(peer) is not there: no route to the host", cause: error)
        case ENETUNREACH, ENETDOWN, EADDRNOTAVAIL, EACCES, EPERM:
            TransportError(.pathDown, "there is no way to \(peer) from here: \(Self.text(code))", cause: error)
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            TransportError(.pathDown, "no more connections can be opened here: \(Self.text(code))", cause: error)
        case ETIMEDOUT:
            timedOut(nil, isInBody ? "nothing more from" : "no answer from", error)
        default: closed(error)
        }
    }

    private func translate(tls error: any Error) -> TransportError {
        if case NIOSSLError.uncleanShutdown = error { return closed(error) }
        let detail = "\(error)"
        let message =
            Self.tlsMessages.first { detail.contains($0.sign) }.map { "\($0.before)\(peer)\($0.after)" }
            ?? "the TLS handshake with \(peer) failed"
        return TransportError(.tlsFailed, message, cause: error)
    }

    /// The TLS library tells its reasons in the error's text only.
    private static let tlsMessages: [(sign: String, before: String, after: String)] = [
        (
            "CERTIFICATE_VERIFY_FAILED", "the certificate of ",
            " is not trusted: it is self-signed, expired, or of an authority that is not known here"
        ),
        ("ToValidateHostname", "the certificate of ", " is for another name"),
        ("CERTIFICATE_REQUIRED", "", " demands a client certificate"),
        ("ALERT_UNKNOWN_CA", "", " does not trust the client certificate"),
        ("ALERT_BAD_CERTIFICATE", "", " does not take the client certificate"),
        ("HANDSHAKE_FAILURE", "", " and this side have no TLS cipher in common, or it demands a client certificate"),
        ("WRONG_VERSION_NUMBER", "", " does not speak TLS: is it http?"),
        ("PROTOCOL_VERSION", "", " speaks only TLS versions that are not safe any more"),
    ]

    private func closed(_ error: any Error) -> TransportError {
        let part = isInBody ? "its answer was complete" : "it had answered"
        return TransportError(.connectionClosed, "\(peer) closed the connection before \(part)", cause: error)
    }

    private func timedOut(_ limit: Duration?, _ what: String, _ error: any Error) -> TransportError {
        TransportError(
            .timedOut, "\(what) \(peer) \(limit.map { "within \($0.inSeconds)" } ?? "in time")", cause: error)
    }

    private static func text(_ code: CInt) -> String { String(cString: strerror(code)).lowercased() }
}
