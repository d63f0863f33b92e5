package import Fleet
package import Transport

/// Looks at the well-known places of this machine.
package struct LocalDiscovery: Sendable {
    private let places: [WellKnownPlace]
    private let client: DirectTransportClient

    package init(_ places: [WellKnownPlace] = WellKnownPlace.all, client: DirectTransportClient) {
        self.places = places
        self.client = client
    }

    /// - Returns: what is there now, in the order of the places.
    package func look() async -> [LocalOffer] {
        await withTaskGroup(of: (Int, LocalOffer?).self) { group in
            for (index, place) in places.enumerated() {
                group.addTask { (index, await offer(at: place)) }
            }
            var found: [(Int, LocalOffer)] = []
            for await case (let index, let offer?) in group { found.append((index, offer)) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func offer(at place: WellKnownPlace) async -> LocalOffer? {
        guard let offer = try? place.offer(),
            let transport = try? DirectTransport(endpoint: offer.endpoint, client: client)
        else { return nil }
        return await place.isThere(over: transport) ? offer : nil
    }
}

/// What an agent offers: what its settings name, and what it has found where it may look.
///
/// What was found once stays: a service that is down is one that does not answer, and not one that is not offered.
package struct OfferBook: Sendable, Equatable {
    private let named: [LocalOffer]
    private var found: [LocalOffer] = []

    package init(_ named: [LocalOffer]) { self.named = named }

    /// By name.
    package var all: [LocalOffer] { (named + found).sorted { $0.offer.name < $1.offer.name } }

    package func offers(_ offer: LocalOffer) -> Bool { all.contains { $0.isSamePlace(as: offer) } }

    /// - Returns: whether there is more than before.
    package mutating func add(_ looked: [LocalOffer]) -> Bool {
        let before = found.count
        for offer in looked where !offers(offer) {
            guard named.count + found.count < AgentOffer.maximumCount, let free = freelyNamed(offer) else { continue }
            found.append(free)
        }
        return found.count > before
    }

    /// Its usual name may be another's already.
    private func freelyNamed(_ offer: LocalOffer) -> LocalOffer? {
        let taken = Set(all.map(\.offer.name))
        guard taken.contains(offer.offer.name) else { return offer }
        guard case .tcp(_, let port) = offer.endpoint.address else { return nil }
        let name = "\(offer.offer.name)-\(port)"
        guard !taken.contains(name) else { return nil }
        return try? LocalOffer(name: name, url: offer.offer.url, category: offer.offer.category, field: "discover")
    }

    /// As the platform is told, when it asks what is there.
    package func report(_ looked: [LocalOffer]) -> AgentDiscovery {
        AgentDiscovery(items: looked.map { AgentDiscovery.Found($0.offer, offered: offers($0)) })
    }
}
