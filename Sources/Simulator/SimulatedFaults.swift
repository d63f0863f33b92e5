/// What is wrong with a simulated service, for as long as it is switched on.
package struct SimulatedFaults: Codable, Sendable, Equatable {
    package enum Errors: String, Codable, Sendable {
        /// 500 with a web page.
        case status
        /// 200 with a non-zero `error`.
        case code
    }

    /// Closes connections without an answer.
    package var offline: Bool?
    /// Never answers.
    package var hang: Bool?
    /// Milliseconds before each answer.
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

    package init() {}

    /// Names as flags and control paths use them: `offline`, `slow=500`, `version=3.7.0`.
    /// - Returns: `false` for an unknown name or an unfit value.
    package mutating func set(_ text: String) -> Bool {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count == 2 ? parts[1] : nil
        switch parts.first {
        case "offline": offline = true
        case "hang": hang = true
        case "slow": slow = value.flatMap { Int($0) } ?? 1000
        case "errors": errors = value.flatMap(Errors.init(rawValue:)) ?? .status
        case "driver-failure": driverFailure = true
        case "rule-failure": ruleFailure = true
        case "wrong-content-type": wrongContentType = true
        case "endless": endless = true
        case "redirect": redirect = value ?? "/"
        case "version": version = value
        default: return false
        }
        return true
    }
}
