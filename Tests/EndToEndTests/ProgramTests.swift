import Foundation
import TestSupport
import Testing

@Suite struct ProgramTests {
    @Test func `the program tells its commands`() throws {
        let (status, text) = try ChildProcess.run(Program.url, ["--help"])
        #expect(status == 0)
        #expect(text.contains("serve") && text.contains("simulate"))
    }
}
