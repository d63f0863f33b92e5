import ArgumentParser
import Fleet
import Foundation

/// Parts of a policy as people write them on a command line.
enum BatchPolicyText {
    static func waves(_ text: String) throws -> [BatchPolicy.Share] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { try share(String($0)) }
    }

    /// `5` or `10%`.
    static func share(_ text: String) throws -> BatchPolicy.Share {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        if let count = Int(trimmed) { return .count(count) }
        guard trimmed.hasSuffix("%"), let percent = Double(trimmed.dropLast()), percent.isFinite else {
            throw ValidationError("“\(trimmed)” is neither a number nor a share such as 10%.")
        }
        return .percent(percent)
    }

    /// A number of seconds, or a number with `s`, `m`, `h` or `d`.
    static func seconds(_ text: String) throws -> Int {
        let refusal = ValidationError("“\(text)” is no time such as 90, 30s, 10m, 24h or 7d.")
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        guard let count = Int(unit == nil ? text : String(text.dropLast())), count >= 0 else { throw refusal }
        let (seconds, isTooLarge) = count.multipliedReportingOverflow(by: unit ?? 1)
        guard !isTooLarge else { throw refusal }
        return seconds
    }

    /// `[days] HH:MM-HH:MM zone`; days are `mon-fri`, `sat,sun` or all.
    static func window(_ text: String) throws -> MaintenanceWindow {
        var words = text.split(separator: " ")
        guard (2...3).contains(words.count) else {
            throw ValidationError("write days, times and a time zone: “mon-fri 22:00-04:00 Europe/Berlin”.")
        }
        let days = words.count == 3 ? try self.days(String(words.removeFirst())) : []
        let times = words[0].split(separator: "-", omittingEmptySubsequences: false)
        guard times.count == 2 else { throw ValidationError("“\(words[0])” are no times such as 22:00-04:00.") }
        let window = MaintenanceWindow(
            days: days, from: String(times[0]), to: String(times[1]), timeZone: String(words[1]))
        do {
            try window.validate()
        } catch let error as EdgewrightError {
            throw ValidationError(error.fields.map { "its \(part($0.field)) \($0.message)" }.joined(separator: "; "))
        }
        return window
    }

    private static func part(_ field: String) -> String {
        switch field.split(separator: ".").last {
        case "from": "beginning"
        case "to": "end"
        default: "time zone"
        }
    }

    private static func days(_ text: String) throws -> [MaintenanceWindow.Day] {
        guard text != "daily" else { return [] }
        let all = MaintenanceWindow.Day.allCases
        let chosen = try text.split(separator: ",", omittingEmptySubsequences: false).flatMap { part in
            let ends = try part.split(separator: "-", omittingEmptySubsequences: false).map { try day(String($0)) }
            guard let first = ends.first, let last = ends.last, ends.count <= 2,
                let from = all.firstIndex(of: first), let to = all.firstIndex(of: last)
            else { throw ValidationError("“\(part)” are no days such as mon-fri.") }
            // From Friday to Monday is round the end of the week.
            return (from...(to < from ? to + all.count : to)).map { all[$0 % all.count] }
        }
        return all.filter(chosen.contains)
    }

    private static func day(_ text: String) throws -> MaintenanceWindow.Day {
        let word = text.lowercased()
        let day = MaintenanceWindow.Day.allCases.first { $0.rawValue == word || $0.rawValue.prefix(3) == word }
        guard let day else { throw ValidationError("“\(text)” is no day such as mon or monday.") }
        return day
    }
}
