import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension TransportError {
    /// What an error of the libraries below means; cancellation and our own errors pass through unchanged.
    init(translating error: any Error, authority: String, timeout: Duration?) {
        switch error {
        case let error as TransportError:
            self = error
        case let error as HTTPClientError:
            self.init(client: error, authority: authority, timeout: timeout)
        case let error as NIOConnectionError:
            self.init(connection: error, authority: authority)
        case let error as IOError:
            self.init(errno: error.errnoCode, authority: authority, cause: error)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.init(.tlsFailed, Self.tlsMessage(error, authority), cause: error)
        case is HTTPParserError:
            self.init(.invalidResponse, "\(authority) answered with something that is not HTTP", cause: error)
        case let error as ChannelError:
            self.init(channel: error, authority: authority, timeout: timeout)
        default:
            self.init(.connectionClosed, "the exchange with \(authority) broke off: \(error)", cause: error)
        }
    }

    private init(client error: HTTPClientError, authority: String, timeout: Duration?) {
        switch error {
        case .connectTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout, .readTimeout, .writeTimeout,
            .tlsHandshakeTimeout, .httpProxyHandshakeTimeout:
            self.init(.timedOut, Self.timeoutMessage(authority, timeout), cause: error)
        case .remoteConnectionClosed:
            self.init(.connectionClosed, "\(authority) closed the connection before it had answered", cause: error)
        case .invalidURL, .emptyHost, .emptyScheme:
            self.init(.invalidRequest, "the request can't be sent to \(authority)", cause: error)
        default:
            self.init(.invalidResponse, "\(authority) did not keep to HTTP: \(error.shortDescription)", cause: error)
        }
    }

    private init(connection error: NIOConnectionError, authority: String) {
        if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
            self.init(.unknownHost, "there is no address for \(authority)", cause: error)
        } else if let first = error.connectionErrors.first?.error {
            self.init(translating: first, authority: authority, timeout: nil)
        } else {
            self.init(.connectionRefused, "no connection to \(authority)", cause: error)
        }
    }

    private init(errno code: CInt, authority: String, cause: any Error) {
        switch code {
        case ECONNREFUSED, ENOENT:
            self.init(.connectionRefused, "connection refused by \(authority)", cause: cause)
        case ENETUNREACH, ENETDOWN, EHOSTUNREACH:
            self.init(.connectionRefused, "there is no route to \(authority)", cause: cause)
        case ETIMEDOUT:
            self.init(.timedOut, "no answer from \(authority)", cause: cause)
        default:
            self.init(.connectionClosed, "\(authority) broke the connection off", cause: cause)
        }
    }

    private init(channel error: ChannelError, authority: String, timeout: Duration?) {
        switch error {
        case .connectTimeout: self.init(.timedOut, Self.timeoutMessage(authority, timeout), cause: error)
        default: self.init(.connectionClosed, "\(authority) closed the connection", cause: error)
        }
    }

    static func timeoutMessage(_ authority: String, _ timeout: Duration?) -> String {
        guard let timeout else { return "no answer from \(authority) in time" }
        let seconds = Double(timeout.wholeMilliseconds) / 1000
        return "no answer from \(authority) within \(seconds.formatted(.number.precision(.fractionLength(0...1)))) s"
    }

    private static func tlsMessage(_ error: any Error, _ authority: String) -> String {
        let detail = "\(error)"
        if detail.contains("CERTIFICATE_VERIFY_FAILED") {
            return "the certificate of \(authority) is not trusted"
        }
        if detail.contains("failedToValidateHostname") || detail.contains("unableToValidateHostname") {
            return "the certificate of \(authority) is for another name"
        }
        if detail.contains("WRONG_VERSION_NUMBER") { return "\(authority) does not speak TLS: is it http?" }
        return "the TLS handshake with \(authority) failed"
    }
}
