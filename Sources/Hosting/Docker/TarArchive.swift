/// A tar archive of a few small files (POSIX.1-1988, ustar), which is how the engine takes files.
struct TarArchive {
    private static let blockSize = 512
    private static let longestName = 100

    private var bytes: [UInt8] = []

    /// - Parameter name: ends with `/`.
    mutating func addFolder(_ name: String) throws { try add(name, type: "5", mode: "0000755", []) }

    mutating func addFile(_ name: String, _ contents: [UInt8]) throws {
        try add(name, type: "0", mode: "0000644", contents)
    }

    func finished() -> [UInt8] { bytes + Array(repeating: 0, count: 2 * Self.blockSize) }

    private mutating func add(_ name: String, type: Character, mode: String, _ contents: [UInt8]) throws {
        guard name.utf8.count < Self.longestName else {
            throw HostingError(.invalid, "the path of a file that is put into the container is too long")
        }
        var header = Array(repeating: UInt8(0), count: Self.blockSize)
        func write(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int, digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        write(name, at: 0)
        write(mode, at: 100)
        write(octal(0, digits: 7), at: 108)
        write(octal(0, digits: 7), at: 116)
        write(octal(contents.count, digits: 11), at: 124)
        write(octal(0, digits: 11), at: 136)
        write(String(repeating: " ", count: 8), at: 148)
        write(String(type), at: 156)
        write("ustar\u{0}00", at: 257)
        write(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
        bytes += header + contents
        let rest = contents.count % Self.blockSize
        if rest > 0 { bytes += Array(repeating: 0, count: Self.blockSize - rest) }
    }
}
