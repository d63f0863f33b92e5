/// Which segments of a path are `.` or `..`, however their dots and the slashes around them are written: who resolves them
/// decides what they mean, and programs differ.
package struct DotSegments {
    /// `.`: there.
    package private(set) var hasSingle = false
    /// `..`: above.
    package private(set) var hasDouble = false

    /// - Parameters:
    ///   - target: path and query; the query is not looked at.
    ///   - parametersCount: whether what stands behind a `;` is a segment of its own; else it belongs to none.
    package init(in target: String, parametersCount: Bool) {
        // Most paths have nothing with which they are written.
        guard target.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "%") }) else { return }
        var scan = Scan(parametersCount: parametersCount)
        var target = target
        target.withUTF8 { bytes in
            var index = 0
            while index < bytes.count, bytes[index] != UInt8(ascii: "?") {
                let (byte, length) = Self.meant(bytes, index)
                scan.see(byte)
                index += length
            }
        }
        scan.endSegment()
        (hasSingle, hasDouble) = (scan.hasSingle, scan.hasDouble)
    }

    /// The byte that is written there, and in how many bytes.
    private static func meant(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> (UInt8, Int) {
        let byte = bytes[index]
        guard byte == UInt8(ascii: "%"), index + 2 < bytes.count else { return (byte, 1) }
        switch (bytes[index + 1], bytes[index + 2] | 0x20) {
        case (UInt8(ascii: "2"), UInt8(ascii: "e")): return (UInt8(ascii: "."), 3)
        case (UInt8(ascii: "2"), UInt8(ascii: "f")), (UInt8(ascii: "5"), UInt8(ascii: "c")):
            return (UInt8(ascii: "/"), 3)
        default: return (byte, 1)
        }
    }

    private struct Scan {
        let parametersCount: Bool
        var hasSingle = false
        var hasDouble = false
        private var dots = 0
        private var isDotted = true
        private var isInParameters = false

        init(parametersCount: Bool) { self.parametersCount = parametersCount }

        mutating func see(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "\\"): endSegment()
            case UInt8(ascii: ";") where parametersCount: endSegment()
            case UInt8(ascii: ";"): isInParameters = true
            case _ where isInParameters: break
            case UInt8(ascii: "."): dots += 1
            default: isDotted = false
            }
        }

        mutating func endSegment() {
            if isDotted, dots == 1 { hasSingle = true }
            if isDotted, dots == 2 { hasDouble = true }
            (dots, isDotted, isInParameters) = (0, true, false)
        }
    }
}
