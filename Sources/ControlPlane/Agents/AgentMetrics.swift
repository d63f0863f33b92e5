import Metrics

/// What agents' coming and going looks like to a metrics system. Nothing of any one tenant.
final class AgentMetrics: Sendable {
    private let connected = Meter(label: "edgewright_agents_connected")
    private let connections = Counter(label: "edgewright_agent_connections_total")
    private let sentAway = Counter(label: "edgewright_agents_sent_away_total")

    /// So many agents are connected to this process.
    func show(connected count: Int) { connected.set(count) }

    /// A tunnel was opened.
    func tunnelOpened() { connections.increment() }

    /// An agent was told to come back later, because too many came at once.
    func agentSentAway() { sentAway.increment() }
}
