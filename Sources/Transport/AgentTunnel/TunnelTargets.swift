/// What the serving end of a tunnel forwards to: whatever a request's `:authority` may name there, and nothing else.
package protocol TunnelTargets: Sendable {
    /// Whether bytes may go unseen to some of it.
    var carriesBytes: Bool { get }

    /// - Parameter authority: as the asking end has sent it: anything may stand in it.
    /// - Throws: `TransportError` of kind `.pathDown` for what is not offered.
    func transport(to authority: String) async throws -> any Transport
}

extension TunnelTargets {
    package var carriesBytes: Bool { false }
}
