import Foundation
import HTTPTypes
import NIOConcurrencyHelpers
import NIOCore

/// The way to something that an agent offers: what is asked for stays within it, and where its answers lead is told as
/// the other end of the tunnel sees it, relative to the offer.
package struct OfferTransport: Transport {
    private struct Carried {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isWithdrawn = false
    }

    let endpoint: RemoteEndpoint
    private let transport: DirectTransport
    private let place: OfferPlace
    /// Connections that the other end speaks on unseen.
    private let carried = NIOLockedValueBox<Carried>(Carried())

    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of the endpoint can't be read.
    package init(_ endpoint: RemoteEndpoint, client: DirectTransportClient) throws {
        self.endpoint = endpoint
        transport = try DirectTransport(endpoint: endpoint, client: client)
        place = OfferPlace(endpoint)
    }

    package func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        try place.check(request.target)
        var answer = try await transport.send(request)
        if let location = answer.headerFields[.location] {
            answer.headerFields[.location] = place.relative(location)
        }
        return answer
    }

    package func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        try place.check(request.target)
        var answer = try await transport.upgrade(request)
        if let location = answer.response.headerFields[.location] {
            answer.response.headerFields[.location] = place.relative(location)
        }
        return answer
    }
}

// MARK: Raw bytes

extension OfferTransport {
    /// How it names itself in its answers, as in `http://127.0.0.1:8085`; `nil` where each request has to be looked at, as
    /// not all that is there is offered.
    var origin: String? {
        endpoint.basePath.isEmpty ? "\(endpoint.usesTLS ? "https" : "http")://\(endpoint.authority)" : nil
    }

    /// Opens a connection of its own, TLS included. For a task that runs on the event loop.
    /// - Parameter splice: joins it to the tunnel.
    /// - Returns: the connection once it can be spoken on.
    /// - Throws: `TransportError`; `CancellationError`.
    func open(
        on loop: any EventLoop, within timeout: Duration, _ splice: NIOLoopBound<ByteSplice>
    ) async throws -> any Channel {
        let channel = try await transport.open(on: loop, within: timeout, splice)
        let isWithdrawn = carried.withLockedValue { carried in
            carried.channels[ObjectIdentifier(channel)] = channel
            return carried.isWithdrawn
        }
        channel.closeFuture.whenComplete { [carried] _ in
            carried.withLockedValue { $0.channels[ObjectIdentifier(channel)] = nil }
        }
        if isWithdrawn { channel.close(promise: nil) }
        return channel
    }

    /// It is not offered any more. What is asked request by request is looked up with each of them; what goes unseen ends
    /// here.
    package func withdraw() {
        let channels = carried.withLockedValue { carried in
            carried.isWithdrawn = true
            return Array(carried.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}

/// Where an offer is, as addresses in its answers name it.
struct OfferPlace: Sendable {
    private let scheme: String
    private let host: String
    private let port: Int
    private let basePath: String

    /// All of what listens there.
    init(scheme: String, host: String, port: Int) {
        (self.scheme, self.host, self.port, basePath) = (scheme, host, port, "")
    }

    init(_ endpoint: RemoteEndpoint) {
        scheme = endpoint.usesTLS ? "https" : "http"
        basePath = endpoint.basePath
        switch endpoint.address {
        case .tcp(let host, let port):
            self.host = host.contains(":") ? "[\(host.lowercased())]" : host.lowercased()
            self.port = port
        // That is what such a service is called when it is asked.
        case .unixSocket: (host, port) = ("localhost", 80)
        }
    }

    /// What lies beside the base path is not offered.
    /// - Throws: `TransportError` of kind `.invalidRequest`.
    func check(_ target: String) throws {
        guard !basePath.isEmpty, DotSegments(in: target, parametersCount: false).hasDouble else { return }
        throw TransportError(.invalidRequest, "the path leads out of what the agent offers")
    }

    /// - Parameter location: of an answer (RFC 9110, section 10.2.2).
    /// - Returns: a path below the offer for what is there; anything else as it is.
    func relative(_ location: String) -> String {
        guard let path = pathHere(location) else { return location }
        guard !basePath.isEmpty else { return path }
        guard path.hasPrefix(basePath) else { return location }
        let rest = path.dropFirst(basePath.count)
        switch rest.first {
        case nil: return "/"
        case "/": return String(rest)
        case "?", "#": return "/" + rest
        default: return location
        }
    }

    /// - Returns: `nil` for what is elsewhere, and for what is relative already.
    private func pathHere(_ location: String) -> String? {
        if location.hasPrefix("/"), !location.hasPrefix("//") { return location }
        guard let start = location.range(of: "//")?.upperBound else { return nil }
        let named = location[..<start].lowercased()
        guard named == "//" || named == "\(scheme)://" else { return nil }
        let rest = location[start...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        guard isHere(rest[..<end].lowercased()) else { return nil }
        let path = rest[end...]
        return path.first == "/" ? String(path) : "/" + path
    }

    private func isHere(_ authority: String) -> Bool {
        let usual = scheme == "https" ? 443 : 80
        return authority == "\(host):\(port)" || (port == usual && authority == host)
    }
}
