import Fleet
import Foundation
import NIOCore

/// The part of eKuiper's API that eKuiper and NeuronEX share.
struct EKuiperAPI: Sendable {
    /// Asking each of many rules would turn one report into a storm.
    private static let maximumRulesAsked = 32
    /// Time for asking all rules, as a multiple of one request's.
    private static let patience = 2

    let prefix: String
    let dialect: AnswerDialect

    func rules(
        _ session: ServiceSession, previous: ServicePulse.Part<[RuleState]>?
    ) async throws -> ServicePulse.Part<[RuleState]> {
        let body = try await session.get("\(prefix)/rules", as: dialect, upTo: ServiceSession.maximumState)
        return try rules(in: body, previous: previous)
    }

    /// - Returns: `nil` where no eKuiper is behind NeuronEX.
    func rulesIfThere(
        _ session: ServiceSession, previous: ServicePulse.Part<[RuleState]>?
    ) async throws -> ServicePulse.Part<[RuleState]>? {
        try await session.getIfThere("\(prefix)/rules", as: dialect, upTo: ServiceSession.maximumState)
            .map { try rules(in: $0, previous: previous) }
    }

    private func rules(
        in body: ByteBuffer, previous: ServicePulse.Part<[RuleState]>?
    ) throws -> ServicePulse.Part<[RuleState]> {
        let hash = body.hashValue
        if let previous, previous.hash == hash { return previous }
        let reader = AnswerReader(path: "\(prefix)/rules", dialect: dialect)
        var states: [RuleState] = []
        try reader.scan(body) { scanner in
            // A fresh engine answers `null` for "no rules".
            if scanner.takeNull() { return }
            try scanner.readArray { scanner in
                states.append(try Self.rule(&scanner))
                try ReportBounds.check(states.count, of: "rules", path: reader.path)
            }
        }
        return ServicePulse.Part(hash: hash, value: states)
    }

    private static func rule(_ scanner: inout JSONScanner) throws -> RuleState {
        var id: String?
        var status: String?
        try scanner.readObject { scanner, key in
            switch key {
            case "id": id = try scanner.readString()
            case "status": status = try scanner.readString()
            default: try scanner.skipValue()
            }
        }
        guard let id, let status else { throw JSONScanner.Malformed() }
        // "Running" of old, "running" since 2.0; "starting" and all that begins with "stopped" are not.
        let isRunning = status.prefix(7).lowercased() == "running"
        return RuleState(id: ReportBounds.text(id), running: isRunning, status: ReportBounds.text(status))
    }

    // MARK: Records

    /// Sums what sources took in and sinks gave out, over the first running rules. A rule that does not tell, because
    /// it was deleted meanwhile or for any other reason, counts nothing.
    /// - Throws: `ServiceAnswerError` about credentials, `TransportError`.
    func records(_ session: ServiceSession, rules: [RuleState]) async throws -> (in: Int64, out: Int64) {
        let deadline = ContinuousClock.now + session.timeout * Self.patience
        var sums: (in: Int64, out: Int64) = (0, 0)
        for rule in rules.lazy.filter(\.running).prefix(Self.maximumRulesAsked) where ContinuousClock.now < deadline {
            guard let name = rule.id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) else { continue }
            do {
                let body = try await session.get("\(prefix)/rules/\(name)/status", as: dialect)
                let counts = try JSONScanner.scan(body, Self.recordCounts)
                sums.in = ReportBounds.records(sums.in + counts.in)
                sums.out = ReportBounds.records(sums.out + counts.out)
            } catch ServiceAnswerError.unusable {
                continue
            } catch is JSONScanner.Malformed {
                continue
            }
        }
        return sums
    }

    /// `source_demo_0_records_in_total` and `sink_log_0_0_records_out_total` among a rule's numbers.
    private static func recordCounts(_ scanner: inout JSONScanner) throws -> (in: Int64, out: Int64) {
        var counts: (in: Int64, out: Int64) = (0, 0)
        try scanner.readObject { scanner, key in
            if key.hasPrefix("source_"), key.hasSuffix("_records_in_total") {
                counts.in = ReportBounds.records(counts.in + ReportBounds.records(Int64(try scanner.readInteger())))
            } else if key.hasPrefix("sink_"), key.hasSuffix("_records_out_total") {
                counts.out = ReportBounds.records(counts.out + ReportBounds.records(Int64(try scanner.readInteger())))
            } else {
                try scanner.skipValue()
            }
        }
        return counts
    }
}
