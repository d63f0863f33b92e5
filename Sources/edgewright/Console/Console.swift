import Foundation

/// Standard output was closed by whoever read it: no error, `head` does it.
struct OutputClosed: Error {}

/// The three standard streams.
struct Console: Sendable {
    var inputIsTerminal: Bool
    var outputIsTerminal: Bool
    var errorIsTerminal: Bool
    /// Colours are wanted where there is a terminal.
    var wantsColour: Bool
    var writeOutput: @Sendable (Data) throws -> Void
    var writeError: @Sendable (Data) -> Void
    /// Columns of the terminal behind standard error, as it is now; `nil` when nobody knows.
    var errorWidth: @Sendable () -> Int? = { nil }

    var outputIsStyled: Bool { outputIsTerminal && wantsColour }
    var errorIsStyled: Bool { errorIsTerminal && wantsColour }

    static let silent = Console(
        inputIsTerminal: false, outputIsTerminal: false, errorIsTerminal: false, wantsColour: false,
        writeOutput: { _ in }, writeError: { _ in })

    static func ofThisProcess(environment: [String: String]) -> Console {
        Console(
            inputIsTerminal: isatty(STDIN_FILENO) == 1, outputIsTerminal: isatty(STDOUT_FILENO) == 1,
            errorIsTerminal: isatty(STDERR_FILENO) == 1,
            wantsColour: (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb",
            writeOutput: { try writeAll($0, to: STDOUT_FILENO) },
            // There is nobody left to tell when standard error fails.
            writeError: { try? writeAll($0, to: STDERR_FILENO) },
            errorWidth: { columns(of: STDERR_FILENO) })
    }

    /// The answer: on standard output.
    func print(_ text: String) throws { try writeOutput(Data(text.utf8)) }

    /// A remark for a person: on standard error, and only where a person looks.
    func say(_ text: String) {
        if errorIsTerminal { warn(text) }
    }

    /// On standard error always.
    func warn(_ text: String) {
        if !text.isEmpty { writeError(Data(text.utf8)) }
    }
}

private func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
}

private func writeAll(_ data: Data, to descriptor: Int32) throws {
    try data.withUnsafeBytes { bytes in
        var written = 0
        while written < bytes.count {
            let count = write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            if count >= 0 {
                written += count
            } else if errno == EPIPE {
                throw OutputClosed()
            } else if errno != EINTR {
                throw CommandFailure(.failed, "The output can't be written: \(String(cString: strerror(errno))).")
            }
        }
    }
}
