import Foundation

/// What a program that mostly waits, on a machine with little memory, holds of it.
enum IdleMemory {
    /// Hands back code that is not needed at the moment. A start runs once through most of the program, twenty megabytes
    /// that the system would leave with it; what is needed again comes from the program's file.
    static func handBack() {
        for code in ownCode() {
            madvise(UnsafeMutableRawPointer(bitPattern: code.lowerBound), code.count, MADV_DONTNEED)
        }
    }

    /// Where the program's own file lies in memory to be run: never written, so nothing is lost with it.
    private static func ownCode() -> [Range<UInt>] {
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
        else { return [] }
        return maps.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard parts.count == 6, parts[1] == "r-xp", parts[5].trimmingCharacters(in: .whitespaces) == program
            else { return nil }
            let ends = parts[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
        }
    }
}
