import Foundation
import NIOConcurrencyHelpers

@testable import edgewright

/// A console that keeps what is written.
struct CapturedConsole: Sendable {
    private let outputBox = NIOLockedValueBox("")
    private let errorBox = NIOLockedValueBox("")

    var output: String { outputBox.withLockedValue { $0 } }
    var error: String { errorBox.withLockedValue { $0 } }

    func console(isTerminal: Bool = false) -> Console {
        let (outputBox, errorBox) = (outputBox, errorBox)
        return Console(
            inputIsTerminal: false, outputIsTerminal: isTerminal, errorIsTerminal: isTerminal, wantsColour: false,
            writeOutput: { data in outputBox.withLockedValue { $0 += String(decoding: data, as: UTF8.self) } },
            writeError: { data in errorBox.withLockedValue { $0 += String(decoding: data, as: UTF8.self) } })
    }
}

/// A folder that goes away afterwards.
func withTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cli-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
}
