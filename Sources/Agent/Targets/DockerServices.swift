import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Synchronization
import Transport

/// The ports of the platform's own containers on a Docker engine.
///
/// The engine is asked which containers carry the platform's label and what they publish, so that nothing but these is
/// forwarded to: a port that anybody else has is refused, though it is on the same machine.
final class DockerServices: Sendable {
    /// What was asked is good for so long.
    private static let lifetime = Duration.seconds(5)
    /// A port that is not there is asked for again after so long at the earliest: it may have come meanwhile.
    private static let patience = Duration.seconds(1)
    private static let timeout = Duration.seconds(5)
    private static let longestAnswer = 8 << 20

    private struct Seen {
        var ports: Set<Int> = []
        var askedAt: ContinuousClock.Instant?
        var asking: Task<Set<Int>, any Error>?
    }

    let endpoint: RemoteEndpoint
    private let engine: DirectTransport
    private let address: String
    private let client: DirectTransportClient
    private let seen = Mutex(Seen())
    private let transports = Mutex(Transports())

    private struct Transports {
        var byPort: [Int: OfferTransport] = [:]
        var isWithdrawn = false
    }

    /// - Parameter address: where published ports are reached from here.
    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of the endpoint can't be read.
    init(engine: RemoteEndpoint, address: String, client: DirectTransportClient) throws {
        endpoint = engine
        self.engine = try DirectTransport(endpoint: engine, client: client)
        self.address = address
        self.client = client
    }

    /// - Throws: `TransportError` of kind `.pathDown` when no such container publishes the port.
    func transport(to port: Int) async throws -> any Transport {
        guard try await isPublished(port) else {
            throw TransportError(.pathDown, "no service of the platform has port \(port) on the agent's Docker engine")
        }
        return try transports.withLock { transports in
            guard !transports.isWithdrawn else {
                throw TransportError(.pathDown, "the agent does not offer its Docker engine any more")
            }
            if let known = transports.byPort[port] { return known }
            let made = try OfferTransport(
                RemoteEndpoint(address: .tcp(host: address, port: port), usesTLS: false), client: client)
            transports.byPort[port] = made
            return made
        }
    }

    /// It is not offered any more.
    func withdraw() {
        let all = transports.withLock { transports in
            transports.isWithdrawn = true
            return Array(transports.byPort.values)
        }
        for transport in all { transport.withdraw() }
    }

    private func isPublished(_ port: Int) async throws -> Bool {
        let now = ContinuousClock.now
        let known: Bool? = seen.withLock { seen in
            guard let askedAt = seen.askedAt else { return nil }
            let isThere = seen.ports.contains(port)
            return now - askedAt < (isThere ? Self.lifetime : Self.patience) ? isThere : nil
        }
        if let known { return known }
        return try await ask().contains(port)
    }

    /// However many want to know, the engine is asked once.
    private func ask() async throws -> Set<Int> {
        let asking = seen.withLock { seen in
            if let asking = seen.asking { return asking }
            let made = Task { try await self.askEngine() }
            seen.asking = made
            return made
        }
        return try await asking.value
    }

    private func askEngine() async throws -> Set<Int> {
        do {
            let ports = try await publishedPorts()
            seen.withLock { $0 = Seen(ports: ports, askedAt: .now) }
            return ports
        } catch {
            // Who can't be asked allows nothing, and is asked again by the next one who wants to know.
            seen.withLock { $0 = Seen() }
            throw error
        }
    }
}

// MARK: The engine's answer

extension DockerServices {
    private struct Container: Decodable {
        struct Port: Decodable {
            let address: String?
            let publicPort: Int?
            let kind: String?

            private enum CodingKeys: String, CodingKey {
                case address = "IP"
                case publicPort = "PublicPort"
                case kind = "Type"
            }
        }

        let labels: [String: String]?
        let ports: [Port]?

        private enum CodingKeys: String, CodingKey {
            case labels = "Labels"
            case ports = "Ports"
        }
    }

    private func publishedPorts() async throws -> Set<Int> {
        let containers: [Container]
        do {
            let filter = #"{"label":["\#(Workload.serviceLabel)"]}"#
            let answer = try await engine.send(
                RemoteRequest(target: "/containers/json?filters=\(Self.quoted(filter))", timeout: Self.timeout))
            let body = try await answer.collect(upTo: Self.longestAnswer, within: Self.timeout)
            guard answer.status.kind == .successful else {
                throw TransportError(.invalidResponse, "it answered with status \(answer.status.code)")
            }
            containers = try JSONDecoder().decode([Container].self, from: Data(buffer: body))
        } catch let error as TransportError {
            throw TransportError(.pathDown, "the agent's Docker engine can't be asked: \(error.message)", cause: error)
        } catch let error as DecodingError {
            throw TransportError(.pathDown, "the agent's Docker engine can't be asked: is it one?", cause: error)
        }
        // The engine was asked for the label; whether it has understood is seen here.
        return Set(
            containers.filter { $0.labels?[Workload.serviceLabel] != nil }.flatMap { $0.ports ?? [] }.compactMap(
                reachable))
    }

    /// A port that is bound to another address of the machine is another one, which somebody else may have here.
    private func reachable(_ port: Container.Port) -> Int? {
        guard port.kind == "tcp", let number = port.publicPort else { return nil }
        let isBoundHere =
            switch port.address ?? "" {
            case "", "0.0.0.0": !address.contains(":")
            case "::": AddressRange.bytes(of: address)?.count != 4
            case let bound: bound == address
            }
        return isBoundHere ? number : nil
    }

    private static func quoted(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
