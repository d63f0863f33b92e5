import ArgumentParser
import Fleet

/// How a batch goes about its targets; what is not said is the platform's standard for its kind.
struct BatchPolicyArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The first waves, as shares or numbers: 10%,50%. The rest is the last wave.", valueName: "sizes"),
        transform: BatchPolicyText.waves)
    var waves: [BatchPolicy.Share]?

    @Option(help: ArgumentHelp("Targets under way at once.", valueName: "count"))
    var concurrency: Int?

    @Option(help: ArgumentHelp("Of these, at once on one host.", valueName: "count"))
    var perHost: Int?

    @Option(
        help: ArgumentHelp(
            "More failures than this bring --on-failure into force: a number in all, or a share of the wave.",
            valueName: "count|share"),
        transform: BatchPolicyText.share)
    var failureThreshold: BatchPolicy.Share?

    @Option(help: "What then: pause, rollback (install and upgrade) or continue.")
    var onFailure: BatchPolicy.FailureReaction?

    @Option(
        help: ArgumentHelp(
            "How long changed services must stay healthy before the next wave begins: 60, 5m.", valueName: "time"),
        transform: BatchPolicyText.seconds)
    var healthGate: Int?

    @Option(
        help: ArgumentHelp("How long a started service may take until it answers: 90, 5m.", valueName: "time"),
        transform: BatchPolicyText.seconds)
    var startLimit: Int?

    @Option(help: "What becomes of a target that is offline: fail, skip or wait.")
    var whenOffline: BatchPolicy.OfflineReaction?

    @Option(
        help: ArgumentHelp("How long --when-offline wait waits: 24h, 7d.", valueName: "time"),
        transform: BatchPolicyText.seconds)
    var offlineDeadline: Int?

    @Option(
        help: ArgumentHelp(
            "Begin work at these times only: “mon-fri 22:00-04:00 Europe/Berlin”.", valueName: "window"),
        transform: BatchPolicyText.window)
    var window: MaintenanceWindow?

    @Option(help: ArgumentHelp("Further attempts after a failure that may pass.", valueName: "count"))
    var retries: Int?
}

extension BatchPolicyArguments {
    /// `nil` when nothing was said of it.
    func policy(for kind: BatchKind) -> BatchPolicy? {
        let standard = BatchPolicy.standard(for: kind)
        var policy = standard
        policy.waves = waves ?? policy.waves
        policy.concurrency = concurrency ?? policy.concurrency
        policy.concurrencyPerHost = perHost
        policy.failureThreshold = failureThreshold
        policy.onFailure = onFailure ?? policy.onFailure
        policy.healthGate = healthGate ?? policy.healthGate
        policy.startLimit = startLimit ?? policy.startLimit
        policy.whenOffline = whenOffline ?? (offlineDeadline == nil ? policy.whenOffline : .wait)
        policy.offlineDeadline = offlineDeadline ?? policy.offlineDeadline
        policy.window = window
        policy.retries = retries ?? policy.retries
        return policy == standard ? nil : policy
    }

    /// - Throws: `ValidationError` naming the option.
    func check(for kind: BatchKind) throws {
        guard offlineDeadline == nil || whenOffline ?? .wait == .wait else {
            throw ValidationError("--offline-deadline goes with --when-offline wait.")
        }
        do {
            try policy(for: kind)?.validate(for: kind)
        } catch let error as EdgewrightError {
            let lines = error.fields.map { "\(Self.option(of: $0.field)) \($0.message)" }
            throw ValidationError(lines.joined(separator: "; ") + ".")
        }
    }

    /// `policy.waves[1]` is what `--waves` has said.
    private static func option(of field: String) -> String {
        let part = field.trimmingPrefix("policy.").prefix { $0.isLetter }
        let name = part == "concurrencyPerHost" ? "perHost" : part
        return "--" + name.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
    }
}
