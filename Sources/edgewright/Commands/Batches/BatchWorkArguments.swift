import ArgumentParser
import Client
import Fleet

/// Whether a bulk change is only looked at, asked about before, and waited for.
struct BatchWorkArguments: ParsableArguments {
    @Flag(help: "Show what would be done, and do nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var follow: BatchFollowArguments
    @OptionGroup var output: OutputArguments
}

extension BatchWorkArguments {
    /// Begins the batch, or shows its plan.
    ///
    /// - Parameters:
    ///   - asking: whether a person must agree, who is told how many services it is about.
    ///   - waiting: whether to wait where nothing was said; on a terminal when `nil`.
    /// - Throws: `CommandFailure` of `.notFound` when no service is meant: a filter with a slip in it must not look
    ///   like success.
    func perform(
        _ request: CreateBatchRequest, in project: Identifier<Project>, _ session: ClientSession, asking: Bool,
        waiting: Bool? = nil
    ) async throws {
        do {
            guard !dryRun else {
                return try show(
                    try await session.client.planBatch(in: project, request), request, session.console)
            }
            if asking, !yes {
                try confirm(try await session.client.planBatch(in: project, request), request, session.console)
            }
            let batch = try await session.client.createBatch(in: project, request)
            try await follow.follow(batch, session, output, byDefault: waiting)
        } catch let problem as APIProblem where problem.errors.map(\.field) == ["targets"] {
            let hosted = request.kind.isForHostedOnly ? "hosted " : ""
            throw CommandFailure(.notFound, "No \(hosted)service is like that.")
        }
    }

    private func confirm(_ plan: BatchPlan, _ request: CreateBatchRequest, _ console: Console) throws {
        for warning in plan.warnings { console.warn("\(warning.withoutControlCharacters)\n") }
        let examples = plan.waves.flatMap(\.examples)
        let only = plan.total == 1 ? plan.items.first?.name ?? examples.first : nil
        let what = only.map { "the service \($0.withoutControlCharacters)" } ?? "\(plan.total) services"
        let data = request.parameters?.deleteVolumes == true ? " with their data" : ""
        try console.confirm("\(request.kind.asked) \(what)\(data)?", assumeYes: false)
    }

    private func show(_ plan: BatchPlan, _ request: CreateBatchRequest, _ console: Console) throws {
        try output.printOne(plan, on: console)
        guard output.output == .table, !output.quiet, !plan.items.isEmpty else { return }
        try console.print("\n")
        try output.printList(plan.items, on: console)
        if plan.total > plan.items.count { try console.print("and \(plan.total - plan.items.count) more\n") }
        if let seed = request.parameters?.nameSeed {
            try console.print("\nThe same names, unless somebody takes one before: --name-seed \(seed)\n")
        }
    }
}

extension BatchKind {
    /// As a question begins: "Upgrade".
    fileprivate var asked: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
