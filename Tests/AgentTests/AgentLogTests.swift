import Agent
import Foundation
import Logging
import Testing

@Suite struct AgentLogTests {
    @Test func `an entry is one line, whatever is in it`() throws {
        let log = CollectedLog()
        log.logger().warning(
            "not\nconnected", metadata: ["reason": "a \"b\"\r\nc\u{1B}[31m\u{202E}", "connection": "1", "empty": ""])
        let line = try #require(log.lines.first)
        #expect(line.hasSuffix("\n"))
        #expect(
            line.dropLast().split(separator: " ", maxSplits: 1).last
                == "warning not connected connection=1 empty=\"\" reason=\"a 'b'  c [31m \"")
    }

    @Test func `an entry is one JSON object, where that is wanted`() throws {
        let log = CollectedLog()
        log.logger(.json).error("a\nb", metadata: ["reason": "c\nd", "level": "mine"])
        let line = try #require(log.lines.first)
        #expect(line.filter { $0 == "\n" }.count == 1)
        let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(object["message"] == "a\nb")
        #expect(object["reason"] == "c\nd")
        #expect(object["level"] == "error")
        #expect(object["time"]?.hasSuffix("Z") == true)
    }

    @Test func `lines for systemd's journal begin with their priority`() throws {
        let log = CollectedLog()
        for logger in [log.logger(hasPriority: true), log.logger(.json, hasPriority: true)] {
            logger.info("a")
            logger.warning("b")
            logger.error("c")
        }
        #expect(log.lines.map { $0.prefix(3) } == ["<6>", "<4>", "<3>", "<6>", "<4>", "<3>"])
        #expect(!AgentLogHandler.writesToJournal([:]))
        #expect(!AgentLogHandler.writesToJournal(["JOURNAL_STREAM": "1:1"]))
        // As systemd names what it has given to the program.
        var status = stat()
        #expect(fstat(STDERR_FILENO, &status) == 0)
        #expect(AgentLogHandler.writesToJournal(["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"]))
    }
}
