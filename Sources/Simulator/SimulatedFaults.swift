import Foundation

/// What is wrong with a simulated service, for as long as it is switched on.
package struct SimulatedFaults: Codable, Sendable, Equatable {
    package enum Errors: String, Codable, Sendable, CaseIterable {
        /// 500 with a web page.
        case status
        /// 200 with a non-zero `error`.
        case code
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case offline, hang, slow, errors, driverFailure, ruleFailure, wrongContentType, endless, redirect, version
        case restart
    }

    /// Closes connections without an answer.
    package var offline: Bool?
    /// Never answers.
    package var hang: Bool?
    /// Milliseconds before each answer; at most ten minutes.
    package var slow: Int?
    package var errors: Errors?
    /// The first south driver loses its device.
    package var driverFailure: Bool?
    /// The first rule stops by error.
    package var ruleFailure: Bool?
    /// JSON sent as `text/html`.
    package var wrongContentType: Bool?
    /// Answers that never end.
    package var endless: Bool?
    /// Redirects everything to this address.
    package var redirect: String?
    package var version: String?
    /// Seconds after which it restarts, again and again; at most a day.
    package var restart: Int?

    package init() {}

    private static let slowness = 0...600_000
    private static let restarts = 1...86_400

    /// Names as flags use them: `offline`, `slow=500`, `version=3.7.0`.
    /// - Returns: `false` for an unknown name or an unfit value; nothing has changed then.
    package mutating func set(_ text: String) -> Bool {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first else { return false }
        return parts.count == 2 ? set(name, to: parts[1]) : switchOn(name)
    }

    private mutating func switchOn(_ name: String) -> Bool {
        switch name {
        case "offline": offline = true
        case "hang": hang = true
        case "slow": slow = 1000
        case "errors": errors = .status
        case "driver-failure": driverFailure = true
        case "rule-failure": ruleFailure = true
        case "wrong-content-type": wrongContentType = true
        case "endless": endless = true
        case "redirect": redirect = "/"
        default: return false
        }
        return true
    }

    private mutating func set(_ name: String, to value: String) -> Bool {
        switch name {
        case "slow":
            guard let delay = Int(value), Self.slowness.contains(delay) else { return false }
            slow = delay
        case "restart":
            guard let period = Int(value), Self.restarts.contains(period) else { return false }
            restart = period
        case "errors":
            guard let kind = Errors(rawValue: value) else { return false }
            errors = kind
        case "redirect" where Self.isFieldValue(value): redirect = value
        case "version" where !value.isEmpty: version = value
        default: return false
        }
        return true
    }

    /// It goes into a header field.
    private static func isFieldValue(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { 0x21..<0x7F ~= $0 }
    }

    // MARK: As JSON

    /// - Returns: the faults, or what is wrong with them, naming the field.
    static func read(_ json: JSONValue?) -> Result<SimulatedFaults, UnfitFaults> {
        guard let json, case .object(let members) = json else { return .failure(UnfitFaults("this is no object")) }
        for name in members.keys.sorted() {
            guard let key = CodingKeys(rawValue: name) else {
                let known = CodingKeys.allCases.map(\.rawValue).joined(separator: ", ")
                return .failure(UnfitFaults("“\(name)” is no fault; there are \(known)"))
            }
            guard let faults = decoded([name: members[name] ?? .null]), faults.isFit(key) else {
                return .failure(UnfitFaults("“\(name)” can't be \((members[name] ?? .null).serialized)"))
            }
        }
        return decoded(members).map { .success($0) } ?? .failure(UnfitFaults("these are no faults"))
    }

    private static func decoded(_ members: [String: JSONValue]) -> SimulatedFaults? {
        try? JSONDecoder().decode(SimulatedFaults.self, from: Data(JSONValue.object(members).serialized.utf8))
    }

    private func isFit(_ key: CodingKeys) -> Bool {
        switch key {
        case .slow: slow.map(Self.slowness.contains) ?? true
        case .restart: restart.map(Self.restarts.contains) ?? true
        case .redirect: redirect.map(Self.isFieldValue) ?? true
        case .version: version?.isEmpty != true
        default: true
        }
    }
}

/// Why something is no set of faults.
struct UnfitFaults: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
}
