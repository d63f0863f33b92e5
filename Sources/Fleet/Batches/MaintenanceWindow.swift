import Foundation

/// When new work may begin: on these days, between these times of day, in this time zone.
///
/// A window that ends before it begins reaches into the next day. What is under way when it closes is finished.
package struct MaintenanceWindow: Codable, Equatable, Sendable {
    package enum Day: String, Codable, Sendable, CaseIterable {
        case monday, tuesday, wednesday, thursday, friday, saturday, sunday

        /// As the Gregorian calendar counts them: Sunday is 1.
        fileprivate var weekday: Int {
            switch self {
            case .sunday: 1
            case .monday: 2
            case .tuesday: 3
            case .wednesday: 4
            case .thursday: 5
            case .friday: 6
            case .saturday: 7
            }
        }
    }

    /// On which the window opens; all when empty.
    package var days: [Day]
    /// `HH:MM`.
    package var from: String
    /// `HH:MM`, not included; the same as `from` is a whole day.
    package var to: String
    /// Of the tz database: `Europe/Berlin`.
    package var timeZone: String

    package init(days: [Day] = [], from: String, to: String, timeZone: String) {
        self.days = days
        self.from = from
        self.to = to
        self.timeZone = timeZone
    }

    package func validate() throws {
        var validation = Validation()
        for (field, value) in [("from", from), ("to", to)] where Self.minutes(value) == nil {
            validation.fail("policy.window.\(field)", "must be a time of day such as 22:00")
        }
        if TimeZone(identifier: timeZone) == nil {
            validation.fail("policy.window.timeZone", "is not a time zone; one is Europe/Berlin, for example")
        }
        try validation.finish()
    }

    package func isOpen(at time: Timestamp) -> Bool {
        openings(around: time).contains { $0.from <= time && time < $0.to }
    }

    /// When it opens next, `time` itself when it is open; `nil` for a window that is not valid.
    package func nextOpening(after time: Timestamp) -> Timestamp? {
        if isOpen(at: time) { return time }
        return openings(around: time).map(\.from).filter { $0 > time }.min()
    }

    /// From the day before, whose window may still be open, to the same weekday of the next week.
    private func openings(around time: Timestamp) -> [(from: Timestamp, to: Timestamp)] {
        guard let zone = TimeZone(identifier: timeZone), let begin = Self.minutes(from), let end = Self.minutes(to)
        else { return [] }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let today = calendar.startOfDay(for: time.date)
        return (-1...8).compactMap { offset in
            guard let day = calendar.date(byAdding: .day, value: offset, to: today),
                days.isEmpty || days.contains(where: { $0.weekday == calendar.component(.weekday, from: day) }),
                let lastDay = calendar.date(byAdding: .day, value: end > begin ? 0 : 1, to: day),
                let from = Self.date(calendar, day, begin), let to = Self.date(calendar, lastDay, end)
            else { return nil }
            return (Timestamp(from), Timestamp(to))
        }
    }

    /// A time of day that the clocks leave out is the next one that there is.
    private static func date(_ calendar: Calendar, _ day: Date, _ minutes: Int) -> Date? {
        calendar.date(bySettingHour: minutes / 60, minute: minutes % 60, second: 0, of: day)
    }

    private static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isASCII) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }
}
