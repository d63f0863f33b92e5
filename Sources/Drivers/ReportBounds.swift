import Fleet

/// How much of what a service says of itself is believed.
///
/// Services are strangers: one that claims 2^63 records must neither stop the platform by an overflow nor spoil the
/// sums of a project. So each number is bounded such that 50,000 of them still add up within 64 bits, and lists and
/// texts such that a report stays small.
enum ReportBounds {
    static let maximumEntries = 10_000
    static let maximumCount = 1_000_000_000
    static let maximumRecords: Int64 = 100_000_000_000_000
    private static let maximumText = 256

    static func count(_ value: Int) -> Int { min(max(value, 0), maximumCount) }

    static func records(_ value: Int64) -> Int64 { min(max(value, 0), maximumRecords) }

    /// - Throws: `ServiceAnswerError.unusable` when a list is longer than any real one.
    static func check(_ count: Int, of noun: String, path: String) throws {
        guard count > maximumEntries else { return }
        throw ServiceAnswerError.unusable("\(path) lists more than \(maximumEntries) \(noun)")
    }

    /// A service's own words, fit for a page, a log line and a terminal.
    static func text(_ text: String, upTo length: Int = maximumText) -> String {
        // Most are short and plain; those are taken as they are.
        if text.utf8.count <= length, text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) { return text }
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(length) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                kept.append(" ")
            default: kept.append(scalar)
            }
        }
        return String(kept)
    }

    static func text(_ text: String?) -> String? { text.map { Self.text($0) } }
}

extension FixedWidthInteger {
    /// A number as JSON or the Prometheus format may carry it; what has no place in the type becomes its nearest bound,
    /// and what is no number becomes 0.
    init(saturating value: Double) {
        guard !value.isNaN else {
            self = 0
            return
        }
        self = Self(exactly: value.rounded(.towardZero)) ?? (value > 0 ? .max : .min)
    }
}
