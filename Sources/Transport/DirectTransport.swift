import AsyncHTTPClient
import Foundation
import HTTPTypes
package import NIOCore
import NIOHTTP1
import NIOSSL

/// The connections to everything that is reached directly, shared and kept open between requests.
package final class DirectTransportClient: Sendable {
    let client: HTTPClient
    let group: any EventLoopGroup

    /// - Parameter idleConnectionLifetime: how long an unused connection stays open. Longer than the probe interval,
    ///   so that each probe finds the last one's connection.
    package init(
        group: any EventLoopGroup = HTTPClient.defaultEventLoopGroup, idleConnectionLifetime: Duration = .seconds(60)
    ) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.idleTimeout = .milliseconds(idleConnectionLifetime.wholeMilliseconds)
        // Beyond the limit requests wait and time out, though the peer could have answered.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        configuration.connectionPool.retryConnectionEstablishment = false
        self.group = group
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    package func shutdown() async throws { try await client.shutdown() }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

/// Reaches a peer by its address: TCP or Unix socket, with or without TLS.
package struct DirectTransport: Transport {
    private let endpoint: RemoteEndpoint
    private let shared: DirectTransportClient
    private let base: String
    private let authority: String
    private let tls: TLSConfiguration?

    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of the endpoint can't be read.
    package init(endpoint: RemoteEndpoint, client: DirectTransportClient) throws {
        self.endpoint = endpoint
        shared = client
        let scheme = endpoint.usesTLS ? "https" : "http"
        switch endpoint.address {
        case .tcp(let host, let port):
            let shown = host.contains(":") ? "[\(host)]" : host
            authority = port == (endpoint.usesTLS ? 443 : 80) ? shown : "\(shown):\(port)"
            base = "\(scheme)://\(shown):\(port)\(endpoint.basePath)"
        case .unixSocket(let path):
            authority = "localhost"
            let escaped = path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? path
            base = "\(scheme)+unix://\(escaped)\(endpoint.basePath)"
        }
        tls = endpoint.usesTLS ? try Self.tls(endpoint) : nil
    }

    private static func tls(_ endpoint: RemoteEndpoint) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        do {
            switch endpoint.verification {
            case .none: tls.certificateVerification = .none
            case .full(let authorities):
                guard let authorities else { break }
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))
            }
            if let client = endpoint.clientCertificate {
                tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(client.chain.utf8))
                    .map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(client.privateKey.utf8), format: .pem))
            }
        } catch {
            throw TransportError(.invalidRequest, "a certificate or key of the endpoint can't be read", cause: error)
        }
        return tls
    }

    package func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        guard request.target.utf8.first == UInt8(ascii: "/") else {
            throw TransportError(.invalidRequest, "the path must begin with /")
        }
        var outgoing = HTTPClientRequest(url: base + request.target)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers = headers(request)
        outgoing.tlsConfiguration = tls
        switch request.body {
        case .empty: break
        case .bytes(let buffer): outgoing.body = .bytes(buffer)
        case .stream(let stream, let length):
            outgoing.body = .stream(
                ErasedByteStream(stream), length: length.map { .known($0) } ?? .unknown)
        }
        do {
            let response = try await shared.client.execute(
                outgoing, timeout: .milliseconds(request.timeout.wholeMilliseconds))
            return RemoteResponse(
                status: HTTPResponse.Status(
                    code: Int(response.status.code), reasonPhrase: response.status.reasonPhrase),
                headerFields: HTTPFields(response.headers),
                body: RemoteBodyStream(body: response.body, idleTimeout: request.idleTimeout, authority: authority))
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch {
            throw TransportError(translating: error, authority: authority, timeout: request.timeout)
        }
    }

    private func headers(_ request: RemoteRequest) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.reserveCapacity(request.headerFields.count + 1)
        for field in request.headerFields { headers.add(name: field.name.rawName, value: field.value) }
        if case .unixSocket = endpoint.address { headers.replaceOrAdd(name: "Host", value: authority) }
        return headers
    }

    package func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        var request = request
        request.target = endpoint.basePath + request.target
        return try await UpgradeConnection(endpoint: endpoint, tls: tls, authority: authority, group: shared.group)
            .open(request)
    }
}

extension HTTPFields {
    init(_ headers: HTTPHeaders) {
        self.init()
        reserveCapacity(headers.count)
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { continue }
            append(HTTPField(name: name, value: value))
        }
    }
}

/// A stream of chunks with its concrete type known, as the client asks for it.
private struct ErasedByteStream: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let stream: AnyByteStream

    init(_ stream: AnyByteStream) { self.stream = stream }

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: any AsyncIteratorProtocol<ByteBuffer, any Error>
        mutating func next() async throws -> ByteBuffer? { try await iterator.next(isolation: nil) }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(iterator: stream.makeAsyncIterator()) }
}

/// A response's body; what breaks it off is told in the transport's own words.
private struct RemoteBodyStream: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error
    let body: HTTPClientResponse.Body
    let idleTimeout: Duration?
    let authority: String

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: HTTPClientResponse.Body.AsyncIterator
        let stream: RemoteBodyStream

        mutating func next() async throws -> ByteBuffer? {
            do {
                return try await iterator.next()
            } catch {
                throw TransportError(translating: error, authority: stream.authority, timeout: stream.idleTimeout)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(iterator: body.makeAsyncIterator(), stream: self) }
}
