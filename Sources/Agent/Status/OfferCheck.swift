import Fleet
import Transport

/// Asks each offer whether it is there: any answer is one.
struct OfferCheck: Sendable {
    private static let timeout = Duration.seconds(2)
    private static let atOnce = 16

    let client: DirectTransportClient

    func ask(_ offers: [LocalOffer]) async -> [AgentStatus.Offer] {
        await withTaskGroup(of: (Int, AgentStatus.Offer).self) { group in
            var rest = offers.enumerated().makeIterator()
            func askNext() {
                guard let (index, offer) = rest.next() else { return }
                group.addTask { (index, AgentStatus.Offer(offer.offer, problem: await problem(of: offer))) }
            }
            for _ in 0..<Self.atOnce { askNext() }
            var asked: [(Int, AgentStatus.Offer)] = []
            while let answer = await group.next() {
                asked.append(answer)
                askNext()
            }
            return asked.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func problem(of offer: LocalOffer) async -> String? {
        let path = offer.offer.kind == .docker ? "/_ping" : "/"
        do {
            let transport = try DirectTransport(endpoint: offer.endpoint, client: client, lane: .probes)
            try await transport.send(RemoteRequest(target: path, timeout: Self.timeout)).cancel()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
