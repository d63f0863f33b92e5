import Fleet

extension Batch: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<Batch>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("kind") { $0.kind.rawValue },
            .slim("state", style: { $0.state.style }, { $0.words }),
            .slim("done") { "\($0.counts.finished) of \($0.counts.total)" },
            .slim("failed", style: { $0.counts.failed > 0 ? .bad : .plain }, { "\($0.counts.failed)" }),
            .full("succeeded") { "\($0.counts.succeeded)" },
            .full("skipped") { "\($0.counts.skipped)" },
            .full("cancelled") { "\($0.counts.cancelled)" },
            .full("rolledBack") { "\($0.counts.rolledBack)" },
            .full("running") { "\($0.counts.running)" },
            .full("waiting") { "\($0.counts.waiting)" },
            .full("pending") { "\($0.counts.pending)" },
            .slim("wave") { "\($0.wave) of \($0.waves)" },
            .full("waveCounts") { $0.waveCounts?.words ?? "" },
            .slim("createdAt") { $0.createdAt.short },
            .slim("createdBy") { $0.createdBy },
            .full("startedAt") { $0.startedAt?.short ?? "" },
            .full("finishedAt") { $0.finishedAt?.short ?? "" },
            .full("parameters") { $0.parameters.words },
            .full("policy") { $0.policy.words },
            .full("projectId") { $0.projectId.rawValue },
            .slim("reason") { $0.reason },
        ]
    }

    /// The state as a person says it.
    fileprivate var words: String {
        direction == .back && !state.isFinal ? "\(state.rawValue), rolling back" : state.rawValue
    }
}

extension [BatchCounts] {
    /// "1: 2 of 2; 2: 30 of 50, 1 failed".
    fileprivate var words: String {
        enumerated().map { index, counts in
            "\(index + 1): \(counts.finished) of \(counts.total)"
                + (counts.failed > 0 ? ", \(counts.failed) failed" : "")
        }.joined(separator: "; ")
    }
}

extension BatchState {
    var style: TextStyle {
        switch self {
        case .pending: .faint
        case .running: .plain
        case .paused, .cancelled, .rolledBack: .doubtful
        case .succeeded: .good
        case .failed: .bad
        }
    }
}

extension BatchParameters {
    fileprivate var words: String {
        let parts: [String?] = [
            add.map { "add \($0.joined(separator: ", "))" },
            remove.map { "remove \($0.joined(separator: ", "))" },
            namePrefix.map { "named \($0)…" },
            category?.rawValue,
            image.map { "image \($0)" },
            authentication.map { $0 ? "with authentication" : "without authentication" },
            tags.flatMap { $0.isEmpty ? nil : "tags \($0.joined(separator: ", "))" },
            deleteVolumes == true ? "with their volumes" : nil,
            force == true ? "by force" : nil,
        ]
        return parts.compactMap(\.self).joined(separator: "; ")
    }
}

extension BatchPolicy {
    fileprivate var words: String {
        let parts: [String?] = [
            waves.isEmpty ? nil : "waves \(waves.map(\.description).joined(separator: ", "))",
            "\(concurrency) at once",
            concurrencyPerHost.map { "\($0) a host" },
            failureThreshold.map { "up to \($0) failures" },
            "on failure \(onFailure.rawValue)",
            healthGate > 0 ? "healthy for \(healthGate) s" : nil,
            "\(whenOffline.rawValue) when offline" + (whenOffline == .wait ? ", up to \(offlineDeadline) s" : ""),
            "\(startLimit) s to answer",
            "\(retries) retries",
            window.map(\.words),
        ]
        return parts.compactMap(\.self).joined(separator: "; ")
    }
}

extension MaintenanceWindow {
    fileprivate var words: String {
        let days = days.isEmpty ? "" : days.map { String($0.rawValue.prefix(3)) }.joined(separator: ",") + " "
        return "\(days)\(from)-\(to) \(timeZone)"
    }
}

extension BatchPolicy.Share: CustomStringConvertible {
    package var description: String {
        switch self {
        case .count(let count): "\(count)"
        case .percent(let percent): "\(Int(exactly: percent).map(String.init) ?? "\(percent)")%"
        }
    }
}

extension BatchItem: Listed {
    var listName: String { serviceId.rawValue }

    static var columns: [Column<BatchItem>] {
        [
            .full("position") { "\($0.position)" },
            .full("serviceId") { $0.serviceId.rawValue },
            .slim("service") { $0.name },
            .slim("host") { $0.hostName ?? "" },
            .slim("wave") { "\($0.wave)" },
            .slim("state", style: { $0.state.style }, { $0.state.rawValue }),
            .full("attempts") { "\($0.attempts)" },
            .full("startedAt") { $0.startedAt?.short ?? "" },
            .slim("finishedAt") { $0.finishedAt?.short ?? "" },
            .slim("reason") { $0.reason },
        ]
    }
}

extension BatchItemState {
    fileprivate var style: TextStyle {
        switch self {
        case .pending: .faint
        case .waiting, .skipped, .cancelled, .rolledBack: .doubtful
        case .running: .plain
        case .succeeded: .good
        case .failed: .bad
        }
    }
}

extension BatchPlan: Listed {
    var listName: String { "\(total)" }

    static var columns: [Column<BatchPlan>] {
        [
            .slim("targets") { "\($0.total)" },
            .full("hosted") { "\($0.hosted)" },
            .full("managed") { "\($0.managed)" },
            .slim("waves") { $0.waves.map { "\($0.targets)" }.joined(separator: ", ") },
            .slim("offline", style: { $0.offline > 0 ? .doubtful : .plain }, { "\($0.offline)" }),
            .slim("leftOut") { "\($0.leftOut)" },
            .slim("warnings", style: { _ in .doubtful }, { $0.warnings.joined(separator: " ") }),
        ]
    }
}

extension BatchPlan.Item: Listed {
    var listName: String { name }

    /// Said in words too: not everybody sees colours.
    fileprivate var words: String { isRefused == true ? "will fail: \(note)" : note }

    static var columns: [Column<BatchPlan.Item>] {
        [
            .slim("service") { $0.name },
            .slim("host") { $0.hostName ?? "" },
            .slim("what", style: { $0.isRefused == true ? .bad : .plain }, { $0.words }),
        ]
    }
}
