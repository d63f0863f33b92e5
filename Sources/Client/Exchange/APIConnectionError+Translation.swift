import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

extension APIConnectionError {
    /// Says in words of ours what the HTTP client threw.
    init(translating error: any Error, server: String) {
        switch error {
        case let known as APIConnectionError:
            self = known
        case let known as HTTPClientError:
            self.init(client: known, server: server)
        case let known as NIOConnectionError:
            self.init(.unreachable, "\(server) can't be reached: \(Self.reason(known)).", cause: error)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.init(
                .untrusted, "The certificate of \(server) is not trusted, or it does not speak TLS.", cause: error)
        case let known as IOError where Self.unreached.keys.contains(known.errnoCode):
            let reason = Self.unreached[known.errnoCode] ?? ""
            self.init(.unreachable, "\(server) can't be reached: \(reason).", cause: error)
        case is IOError, is ChannelError:
            self.init(.brokenOff, "The connection to \(server) broke off.", cause: error)
        default:
            self.init(.unreachable, "\(server) can't be reached: \(error)", cause: error)
        }
    }

    /// What the system says before there is a connection.
    private static let unreached: [Int32: String] = [
        ECONNREFUSED: "nothing listens there", EHOSTUNREACH: "no way to that host",
        ENETUNREACH: "no way to that network", ETIMEDOUT: "no answer", EADDRNOTAVAIL: "no such address",
    ]

    private static func reason(_ error: NIOConnectionError) -> String {
        let tried = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
        guard error.connectionErrors.isEmpty else {
            return tried.lazy.compactMap { unreached[$0] }.first ?? "no way there"
        }
        return "its name is not known"
    }

    private init(client error: HTTPClientError, server: String) {
        switch error {
        case .connectTimeout:
            self.init(.unreachable, "\(server) can't be reached: no answer within 10 seconds.", cause: error)
        case .deadlineExceeded, .readTimeout, .writeTimeout, .tlsHandshakeTimeout:
            self.init(.timedOut, "\(server) did not answer in time.", cause: error)
        case .remoteConnectionClosed:
            self.init(.brokenOff, "\(server) closed the connection.", cause: error)
        default:
            self.init(.notUnderstood, "\(server) gave no answer that can be understood: \(error)", cause: error)
        }
    }

    /// Whether the request surely was not begun, or may be sent again where it changes nothing.
    var invitesRetry: Bool {
        switch kind {
        case .unreachable, .brokenOff: true
        case .untrusted, .timedOut, .notUnderstood: false
        }
    }
}
