package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Transport

/// Where edge services and engines usually are, and how they are told from whatever else may be there.
package struct WellKnownPlace: Sendable {
    package enum Kind: Sendable, Equatable {
        case service(ServiceCategory)
        case docker
    }

    package let kind: Kind
    /// A URL, or `unix:///path`.
    package let address: String

    package init(_ kind: Kind, _ address: String) {
        self.kind = kind
        self.address = address
    }

    package static let all = [
        WellKnownPlace(.service(.neuronex), "http://127.0.0.1:8085"),
        WellKnownPlace(.service(.neuron), "http://127.0.0.1:7000"),
        WellKnownPlace(.service(.ekuiper), "http://127.0.0.1:9081"),
        WellKnownPlace(.docker, "unix:///var/run/docker.sock"),
    ]

    /// - Throws: `.invalidInput`.
    package func offer() throws -> LocalOffer {
        switch kind {
        case .service(let category): try LocalOffer(name: category.rawValue, url: address, field: "discover")
        case .docker: try LocalOffer(docker: address)
        }
    }
}

// MARK: Looking

extension WellKnownPlace {
    private static let timeout = Duration.seconds(2)
    private static let longestAnswer = 64 << 10

    /// Asks for something cheap, without credentials.
    /// - Returns: whether it is what is usually there. One that only says who may not ask is recognised by how it says it.
    func isThere(over transport: any Transport) async -> Bool {
        do {
            let answer = try await transport.send(
                RemoteRequest(target: question, timeout: Self.timeout, idleTimeout: Self.timeout))
            let body = try await answer.collect(upTo: Self.longestAnswer, within: Self.timeout)
            return recognizes(answer.status, Data(buffer: body))
        } catch {
            return false
        }
    }

    private var question: String {
        switch kind {
        case .service(.neuronex): "/api/system"
        case .service(.neuron): "/api/v2/version"
        case .service: "/"
        case .docker: "/_ping"
        }
    }

    private struct Answer: Decodable {
        let version: String?
        let error: Int?
        let upTimeSeconds: Int64?
    }

    private func recognizes(_ status: HTTPResponse.Status, _ body: Data) -> Bool {
        let answer = try? JSONDecoder().decode(Answer.self, from: body)
        let isRefusal = status == .unauthorized || status == .forbidden
        switch kind {
        // Neuron's numbers say why, in NeuronEX too.
        case .service(.neuronex), .service(.neuron):
            return isRefusal ? answer?.error != nil : status == .ok && answer?.version != nil
        // A line of plain text.
        case .service(.ekuiper):
            return isRefusal
                ? !body.contains(UInt8(ascii: "<"))
                : status == .ok && answer?.version != nil && answer?.upTimeSeconds != nil
        case .service: return status.kind == .successful
        case .docker: return status == .ok && body.starts(with: Data("OK".utf8))
        }
    }
}
