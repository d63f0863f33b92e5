import Foundation
import Synchronization

/// The time as answers tell it (RFC 9110, section 5.6.7), written anew once a second.
final class HTTPDate: Sendable {
    private let last = Mutex<(second: Int, text: String)>((0, ""))

    func now() -> String {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, Self.text(second)) }
            return last.text
        }
    }

    /// - Parameter second: since 1970.
    static func text(_ second: Int) -> String {
        var (second, parts) = (second, tm())
        gmtime_r(&second, &parts)
        // In the C locale, which programs have unless they ask for another, as this one does not.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { bytes in
            guard let start = bytes.baseAddress else { return "" }
            let length = strftime(start, bytes.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }
}
