import Fleet

/// Remembers which drivers and rules of a service the store has, so that a report that says the same of them as the last
/// one costs nothing there.
struct PartsInStore {
    /// So often an unchanged report is compared all the same: another control plane may have written what it saw.
    private static let reportsUntilCompared = 16

    private var hash: Int?
    private var unchanged = 0

    /// - Returns: whether the report's drivers and rules are to be compared with the store, and written where they differ.
    mutating func take(_ report: ServiceReport) -> Bool {
        let hash = Self.hash(report)
        unchanged += 1
        guard hash != self.hash || unchanged >= Self.reportsUntilCompared else { return false }
        self.hash = hash
        unchanged = 0
        return true
    }

    /// Over what the store keeps of them: round trips differ all the time.
    private static func hash(_ report: ServiceReport) -> Int {
        var hasher = Hasher()
        for driver in report.drivers {
            hasher.combine(driver.name)
            hasher.combine(driver.plugin)
            hasher.combine(driver.direction)
            hasher.combine(driver.condition)
        }
        for rule in report.rules {
            hasher.combine(rule.id)
            hasher.combine(rule.condition)
            hasher.combine(rule.status)
        }
        hasher.combine(report.drivers.count)
        return hasher.finalize()
    }
}
