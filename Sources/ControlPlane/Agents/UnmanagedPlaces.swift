import Fleet
import Store

/// Whether there is a place for one more agent that nobody has claimed, and which one gives way where there is none.
///
/// Anybody can be such an agent, so there are bounds: for all, and for each site, which is to keep nobody else out. One that
/// is connected keeps its place. Of the others none is lost: if it still runs, it enrols again and waits as before.
struct UnmanagedPlaces {
    enum Decision: Equatable {
        case free
        case instead(of: Identifier<EdgeAgent>)
        case full
    }

    static let most = 1000
    /// A plant that has more gets a token.
    static let mostOfSite = 250
    /// A real one has connected by then.
    private static let patience = Duration.seconds(600)
    /// One that was connected is missed for so long.
    private static let absence = Duration.seconds(3600)

    let waiting: [WaitingAgent]
    let now: Timestamp

    func decide(for address: String) -> Decision {
        let site = ClientNetwork(address).site
        let own = waiting.filter { ClientNetwork($0.address).site == site }
        let rivals: [WaitingAgent]
        if own.count >= Self.mostOfSite {
            rivals = own
        } else if waiting.count >= Self.most {
            rivals = waiting
        } else {
            return .free
        }
        return rivals.filter(mayGo).min(by: Self.isMissedLess).map { .instead(of: $0.id) } ?? .full
    }

    private func mayGo(_ agent: WaitingAgent) -> Bool {
        guard agent.state == .unmanaged, !agent.online else { return false }
        guard let lastSeen = agent.lastSeen else { return now.since(agent.createdAt) > Self.patience }
        return now.since(lastSeen) > Self.absence
    }

    /// Who was never connected goes first, and then who was so longest ago.
    private static func isMissedLess(_ one: WaitingAgent, _ other: WaitingAgent) -> Bool {
        switch (one.lastSeen, other.lastSeen) {
        case (nil, .some): true
        case (.some, nil): false
        case (nil, nil): one.createdAt < other.createdAt
        case (.some(let first), .some(let second)): first < second
        }
    }
}
