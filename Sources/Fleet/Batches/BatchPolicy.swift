/// How a batch goes about its targets.
package struct BatchPolicy: Codable, Equatable, Sendable {
    /// A part of the targets: a number of them, or a share of all.
    package enum Share: Equatable, Sendable {
        case count(Int)
        /// More than 0, at most 100.
        case percent(Double)

        /// Of so many; a share that is not nothing is at least one.
        package func of(_ total: Int) -> Int {
            switch self {
            case .count(let count): min(count, total)
            case .percent(let percent): min(total, max(1, Int((Double(total) * percent / 100).rounded(.up))))
            }
        }
    }

    package enum FailureReaction: String, Codable, Sendable, CaseIterable {
        /// Nothing new is begun until a person decides.
        case pause
        /// What was done is undone.
        case rollback
        /// The others go on.
        case `continue`
    }

    package enum OfflineReaction: String, Codable, Sendable, CaseIterable {
        case fail
        case skip
        /// Until it comes back, at most for `offlineDeadline`; meanwhile it holds nobody up.
        case wait
    }

    /// The first waves' sizes. What is left over is the last wave; without any, all targets are one wave.
    package var waves: [Share] = []
    /// Targets under way at once.
    package var concurrency = 10
    /// Of these, at once on one host; no limit of its own when absent.
    package var concurrencyPerHost: Int?
    /// Beyond so many failures `onFailure` comes into force: a share is one of the wave, a number one of the batch.
    package var failureThreshold: Share?
    package var onFailure: FailureReaction = .pause
    /// For so many seconds every changed service must stay healthy before the next wave, and before the batch counts as
    /// done.
    package var healthGate = 0
    /// In seconds: how long a service that was started may take until it answers.
    package var startLimit = 180
    package var whenOffline: OfflineReaction = .fail
    /// In seconds from the batch's beginning.
    package var offlineDeadline = 24 * 3600
    package var window: MaintenanceWindow?
    /// Further attempts after a failure that may pass by itself.
    package var retries = 2

    package init() {}

    /// Where nothing is asked for: what is changed in the store alone needs no care about waves.
    package static func standard(for kind: BatchKind) -> BatchPolicy {
        var policy = BatchPolicy()
        switch kind {
        case .install, .upgrade, .start, .stop, .restart, .repair: break
        case .tag, .delete:
            policy.onFailure = .continue
            policy.concurrency = 50
        }
        return policy
    }
}

extension BatchPolicy {
    package static let concurrencyRange = 1...1000
    package static let retriesRange = 0...20
    package static let healthGateRange = 0...86_400
    package static let startLimitRange = 5...3600
    package static let offlineDeadlineRange = 60...(30 * 86_400)
    package static let maximumWaves = 50

    /// - Throws: `.invalidInput` that names every field which breaks a rule, as `policy.…`.
    package func validate(for kind: BatchKind) throws {
        var validation = Validation()
        func check(_ value: Int, _ range: ClosedRange<Int>, _ field: String) {
            guard !range.contains(value) else { return }
            validation.fail("policy.\(field)", "must be from \(range.lowerBound) to \(range.upperBound)")
        }
        check(concurrency, Self.concurrencyRange, "concurrency")
        if let concurrencyPerHost { check(concurrencyPerHost, Self.concurrencyRange, "concurrencyPerHost") }
        check(retries, Self.retriesRange, "retries")
        check(healthGate, Self.healthGateRange, "healthGate")
        check(startLimit, Self.startLimitRange, "startLimit")
        check(offlineDeadline, Self.offlineDeadlineRange, "offlineDeadline")
        if waves.count > Self.maximumWaves {
            validation.fail("policy.waves", "must not be more than \(Self.maximumWaves)")
        }
        for (index, wave) in waves.enumerated() where !wave.isValid {
            validation.fail("policy.waves[\(index)]", Share.rule)
        }
        if waves.reduce(0, { $0 + ($1.percentage ?? 0) }) > 100 {
            validation.fail("policy.waves", "must not be more than 100 % together")
        }
        if let failureThreshold, !failureThreshold.isThreshold {
            validation.fail("policy.failureThreshold", Share.rule)
        }
        if healthGate > 0, !kind.leavesRunning {
            validation.fail("policy.healthGate", "is for services that run afterwards")
        }
        if onFailure == .rollback, !kind.canRollBack {
            validation.fail("policy.onFailure", "can't be rollback: what “\(kind.rawValue)” does can't be undone")
        }
        _ = try validation.check { try window?.validate() }
        try validation.finish()
    }
}

extension BatchPolicy.Share {
    static let rule = "must be a number of targets, or a share from 0 to 100 such as \"10%\""

    var isValid: Bool {
        switch self {
        case .count(let count): count > 0
        case .percent(let percent): percent > 0 && percent <= 100
        }
    }

    /// No failure at all may be allowed, an empty wave not.
    var isThreshold: Bool {
        switch self {
        case .count(let count): count >= 0
        case .percent(let percent): percent >= 0 && percent <= 100
        }
    }

    var percentage: Double? {
        if case .percent(let percent) = self { percent } else { nil }
    }
}

/// A number of targets is a number, a share a text: `5`, `"10%"`.
extension BatchPolicy.Share: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .count(count)
        } else if let text = try? container.decode(String.self), text.hasSuffix("%"),
            let percent = Double(text.dropLast().trimmingPrefix(" "))
        {
            self = .percent(percent)
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.rule)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .count(let count): try container.encode(count)
        case .percent(let percent):
            let whole = Int(exactly: percent)
            try container.encode(whole.map { "\($0)%" } ?? "\(percent)%")
        }
    }
}

/// What is not given takes its default.
extension BatchPolicy {
    private enum CodingKeys: String, CodingKey {
        case waves, concurrency, concurrencyPerHost, failureThreshold, onFailure, healthGate, startLimit, whenOffline
        case offlineDeadline, window, retries
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ standard: Value) throws -> Value {
            try container.decodeIfPresent(Value.self, forKey: key) ?? standard
        }
        self.init()
        waves = try value(.waves, waves)
        concurrency = try value(.concurrency, concurrency)
        concurrencyPerHost = try container.decodeIfPresent(Int.self, forKey: .concurrencyPerHost)
        failureThreshold = try container.decodeIfPresent(Share.self, forKey: .failureThreshold)
        onFailure = try value(.onFailure, onFailure)
        healthGate = try value(.healthGate, healthGate)
        startLimit = try value(.startLimit, startLimit)
        whenOffline = try value(.whenOffline, whenOffline)
        offlineDeadline = try value(.offlineDeadline, offlineDeadline)
        window = try container.decodeIfPresent(MaintenanceWindow.self, forKey: .window)
        retries = try value(.retries, retries)
    }
}
