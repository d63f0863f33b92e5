package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
package import Transport

/// eKuiper, the stream processing engine, with its REST API at the root.
package struct EKuiperDriver: ServiceDriver {
    package let category = ServiceCategory.ekuiper
    package let capabilities: DriverCapabilities = [.rules, .platformTokens]
    private let api = EKuiperAPI(prefix: "")

    package init() {}

    package func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse {
        ServicePulse(rules: try await api.rules(session, previous: previous?.rules))
    }

    package func survey(_ session: ServiceSession) async throws -> ServiceReport {
        struct Information: Decodable { let version: String, os: String?, arch: String?, upTimeSeconds: Int64? }
        let information = try session.decode(Information.self, from: try await session.get("/"), path: "/")
        let rules = try await api.rules(session, previous: nil)
        let records = try await api.records(session, rules: rules.value)
        return ServiceReport(
            version: information.version,
            system: SystemInformation(
                os: information.os, architecture: information.arch, uptime: information.upTimeSeconds),
            rules: rules.value, recordsIn: records.in, recordsOut: records.out)
    }

    package func logIn(
        username: String, password: String, over transport: any Transport
    ) async throws -> String {
        throw EdgewrightError(.unsupported, "eKuiper has no users; give it the platform's public key instead.")
    }
}

/// The part of eKuiper's API that eKuiper and NeuronEX share.
struct EKuiperAPI: Sendable {
    /// Asking each of many rules would turn one report into a storm.
    private static let maximumRulesAsked = 32

    let prefix: String

    func rules(
        _ session: ServiceSession, previous: ServicePulse.Part<[RuleState]>?
    ) async throws -> ServicePulse.Part<[RuleState]> {
        struct Rule: Decodable { let id: String, status: String }
        let path = "\(prefix)/rules"
        let body = try await session.get(path)
        let hash = body.hashValue
        if let previous, previous.hash == hash { return previous }
        // A fresh engine answers `null` for "no rules".
        let rules = try session.decode([Rule]?.self, from: body, path: path) ?? []
        let states = rules.map { rule in
            RuleState(id: rule.id, running: rule.status.lowercased().hasPrefix("running"), status: rule.status)
        }
        return ServicePulse.Part(hash: hash, value: states)
    }

    /// Sums what sources took in and sinks gave out, over the first rules.
    func records(_ session: ServiceSession, rules: [RuleState]) async throws -> (in: Int64, out: Int64) {
        var sums: (in: Int64, out: Int64) = (0, 0)
        for rule in rules.prefix(Self.maximumRulesAsked) where rule.running {
            guard let name = rule.id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) else { continue }
            let path = "\(prefix)/rules/\(name)/status"
            let metrics = try session.decode([String: Metric].self, from: try await session.get(path), path: path)
            for (key, metric) in metrics {
                guard let count = metric.count else { continue }
                if key.hasPrefix("source_"), key.hasSuffix("_records_in_total") { sums.in &+= count }
                if key.hasPrefix("sink_"), key.hasSuffix("_records_out_total") { sums.out &+= count }
            }
        }
        return sums
    }

    /// A value of a rule's status: a number, a text, or something newer.
    private struct Metric: Decodable {
        let count: Int64?
        init(from decoder: any Decoder) throws {
            count = try? decoder.singleValueContainer().decode(Int64.self)
        }
    }
}
