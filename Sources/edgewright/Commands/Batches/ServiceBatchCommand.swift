import ArgumentParser
import Client
import Fleet

/// A command that does one thing to several services, as a batch.
protocol ServiceBatchCommand: ClientCommand {
    static var kind: BatchKind { get }
    /// Whether a person must agree whatever the targets are.
    static var alwaysAsks: Bool { get }
    /// Whether it waits where nothing was said of it; on a terminal only when `nil`.
    static var waits: Bool? { get }

    var project: ProjectArgument { get }
    var targets: BatchTargetArguments { get }
    var policy: BatchPolicyArguments { get }
    var work: BatchWorkArguments { get }

    /// What the kind is to be told.
    func parameters(_ session: ClientSession) async throws -> BatchParameters?
}

extension ServiceBatchCommand {
    static var alwaysAsks: Bool { false }
    static var waits: Bool? { nil }

    func parameters(_ session: ClientSession) async throws -> BatchParameters? { nil }

    func validate() throws { try policy.check(for: Self.kind) }

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        let request = CreateBatchRequest(
            kind: Self.kind, targets: try await targets.targets(session, in: project),
            parameters: try await parameters(session), policy: policy.policy(for: Self.kind))
        try await work.perform(
            request, in: project, session, asking: Self.alwaysAsks || targets.all, waiting: Self.waits)
    }
}
