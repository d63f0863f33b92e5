import Foundation
import TestSupport
import Testing

@Suite struct ProgramTests {
    @Test func `the program tells its commands`() throws {
        let process = Process()
        process.executableURL = Program.url
        process.arguments = ["--help"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.contains("serve") && text.contains("simulate"))
    }
}
