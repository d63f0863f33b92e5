import Fleet
import NIOHTTP1
import Testing

@testable import Client

struct EventTests {
    @Test(arguments: ["\n", "\r", "\r\n"])
    func `events are read whatever ends their lines and wherever the pieces break`(end: String) throws {
        let text = [": ping", "", "event: service", "data: {", "data: }", "", "data:x", "", "event: lost", ""]
            .joined(separator: end)
        var parser = ServerSentEventParser()
        var events: [ServerSentEventParser.Event] = []
        for byte in (text + end).utf8 { events += try parser.read([byte]) }
        #expect(events == [.init(name: "service", data: "{\n}"), .init(name: "message", data: "x")])
    }

    @Test func `an event without end is refused`() {
        var parser = ServerSentEventParser()
        #expect(throws: APIConnectionError.self) {
            _ = try parser.read([UInt8](repeating: 65, count: 1024 * 1024 + 1))
        }
    }

    @Test func `a project's events arrive in order, unknown kinds are passed over`() async throws {
        let text = """
            event: service
            data: {"id":"s1","change":"deleted"}

            event: weather
            data: {}

            event: agent
            data: {"id":"a1","online":null}

            event: resync
            data: {}


            """
        try await withStandIn(answering: { _, _ in
            .reply(status: 200, headers: [("Content-Type", "text/event-stream")], body: text)
        }) { client, server in
            var events: [ProjectEvent] = []
            for try await event in try await client.streamProjectEvents(in: Identifier(rawValue: "p1")) {
                events.append(event)
            }
            let change = ServiceChange(id: Identifier(rawValue: "s1"), change: .deleted, service: nil)
            let gone = AgentChange(id: Identifier(rawValue: "a1"), online: nil)
            #expect(events == [.service(change), .agent(gone), .resync])
            #expect(server.requests.first?.headers["Accept"] == ["text/event-stream"])
        }
    }

    @Test func `lines are the same wherever the pieces break, and the last needs no end`() {
        var splitter = LineSplitter()
        var lines: [String] = []
        for byte in "one\r\n\ntwo — three".utf8 { lines += splitter.read([byte]) }
        lines += splitter.end()
        #expect(lines == ["one", "", "two — three"])
        #expect(splitter.end().isEmpty)
    }

    @Test func `a line without end is cut, so that it can't fill the memory`() {
        var splitter = LineSplitter()
        let lines = splitter.read([UInt8](repeating: 65, count: LineSplitter.longestLine + 1))
        #expect(lines.map(\.utf8.count) == [LineSplitter.longestLine])
        #expect(splitter.end() == ["A"])
    }
}
