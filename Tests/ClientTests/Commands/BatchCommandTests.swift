import Fleet
import Foundation
import NIOHTTP1
import Testing

@testable import edgewright

private func request(_ body: String?) throws -> CreateBatchRequest {
    try JSONDecoder().decode(CreateBatchRequest.self, from: Data(try #require(body).utf8))
}

private func status(_ failure: (any Error)?) -> ProgramStatus? { failure.flatMap { FailureReport($0) }?.status }

struct BatchCommandTests {
    @Test func `tagging several services is one batch, and waits for its end`() async throws {
        let events = batchEvents(batchText("running", pending: 2), batchText("succeeded", succeeded: 2))
        try await run(["services", "tag", "a", "ab", "a", "--add", "x"], answering: fleetWithBatches(events: events)) {
            console, server, failure in
            #expect(failure == nil)
            #expect(server.begunBatches.count == 1)
            let asked = try request(server.begunBatches.first)
            #expect(asked.kind == .tag)
            #expect(asked.targets == BatchTargets(ids: [Identifier(rawValue: "s1"), Identifier(rawValue: "s2")]))
            #expect(asked.parameters == BatchParameters(add: ["x"]))
            #expect(asked.policy == nil)
            let lines = console.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.first?.hasSuffix("  running  0 of 2 done") == true)
            #expect(lines.last?.hasSuffix("  succeeded  2 of 2 done") == true)
        }
    }

    @Test func `a filter goes to the server as it is, and a script gets the batch's id`() async throws {
        let arguments = ["services", "restart", "--tag", "hall-2", "--waves", "1,50%", "--offline-deadline", "2h"]
        try await run(arguments, answering: fleetWithBatches(events: .hangUp)) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "\(batchId)\n")
            let asked = try request(server.begunBatches.first)
            #expect(asked.targets == BatchTargets(filter: ServiceFilter(tags: ["hall-2"])))
            #expect(asked.policy?.waves == [.count(1), .percent(50)])
            #expect(asked.policy?.offlineDeadline == 7200)
            #expect(asked.policy?.whenOffline == .wait)
        }
    }

    @Test func `on a terminal a batch is watched behind a bar`() async throws {
        let events = batchEvents(
            batchText("running", kind: "stop", succeeded: 1, pending: 1), batchText("succeeded", succeeded: 2))
        let arguments = ["services", "stop", "a", "ab"]
        try await run(arguments, isTerminal: true, answering: fleetWithBatches(events: events)) {
            console, _, failure in
            #expect(failure == nil)
            #expect(console.output.isEmpty)
            #expect(console.error.contains("Stopping \(String(repeating: "█", count: 15))"))
            #expect(console.error.hasSuffix("Batch \(batchId): 2 done of 2.\n"))
        }
    }

    @Test func `a dry run shows the plan and begins nothing`() async throws {
        let plan = """
            {"total":2,"hosted":1,"managed":1,"waves":[{"targets":1,"examples":["a"]},{"targets":1,"examples":["ab"]}],
             "offline":1,"leftOut":3,"warnings":["Mind the step."],
             "items":[{"name":"a","hostName":"node-1","note":"neuronex:3.6.0, port 8085"}]}
            """
        try await run(
            ["services", "delete", "a", "ab", "--dry-run"],
            answering: fleetWithBatches(plan: plan, events: .hangUp)
        ) { console, server, failure in
            #expect(failure == nil)
            #expect(server.begunBatches.isEmpty)
            #expect(
                console.output == """
                    targets:  2
                    hosted:   1
                    managed:  1
                    waves:    1, 1
                    offline:  1
                    leftOut:  3
                    warnings: Mind the step.

                    SERVICE  HOST    WHAT
                    a        node-1  neuronex:3.6.0, port 8085
                    and 1 more

                    """)
        }
    }

    @Test(arguments: [["delete", "a"], ["stop", "--all"]])
    func `what a person must agree to is not begun without one`(arguments: [String]) async throws {
        try await run(["services"] + arguments, answering: fleetWithBatches(events: .hangUp)) { _, server, failure in
            #expect(server.begunBatches.isEmpty)
            #expect(status(failure) == .usage)
            let message = failure.flatMap { FailureReport($0) }?.message
            #expect(message?.hasSuffix(" 2 services? Say so with --yes.") == true)
        }
    }

    @Test func `a filter that finds nothing does not look like success`() async throws {
        let script: StandInServer.Script = { request, _ in
            guard request.path.hasSuffix("/batches") else { return fleet(request) }
            return .problem(
                400,
                #"{"detail":"targets have no service in them","errors":[{"field":"targets","message":"have none"}]}"#)
        }
        try await run(["services", "tag", "--search", "zzz", "--add", "x"], answering: script) { _, _, failure in
            #expect(status(failure) == .notFound)
        }
    }

    @Test func `targets that failed are named, and some of them are a partial failure`() async throws {
        let items = """
            [{"position":1,"serviceId":"s2","name":"ab","hostName":"node-1","wave":1,"state":"failed",
              "reason":"no space left","attempts":3}]
            """
        let events = batchEvents(batchText("failed", succeeded: 1, failed: 1))
        try await run(
            ["batches", "watch", batchId], answering: fleetWithBatches(items: items, events: events)
        ) { console, server, failure in
            #expect(console.error == "SERVICE  HOST    REASON\nab       node-1  no space left\n")
            #expect(status(failure) == .partlyFailed)
            #expect(server.requests.last?.uri.contains("state=failed") == true)
        }
    }

    @Test(arguments: [
        ("failed", ProgramStatus.failed), ("cancelled", .failed), ("rolledBack", .failed), ("paused", .paused),
    ])
    func `an end that is none of success says so`(state: String, expected: ProgramStatus) async throws {
        let events = batchEvents(batchText(state, kind: "upgrade", reason: "too many failures", pending: 2))
        try await run(["batches", "watch", batchId], answering: fleetWithBatches(events: events)) { _, _, failure in
            #expect(status(failure) == expected)
            let advice = try #require(failure.flatMap { FailureReport($0) }).text(styled: false)
            if state == "paused" {
                #expect(advice.contains("too many failures"))
                for way in ["resume", "retry", "cancel", "rollback"] {
                    #expect(advice.contains("edgewright batches \(way) \(batchId)"))
                }
            }
        }
    }

    @Test func `for a rollback to be rolled back is success`() async throws {
        let events = batchEvents(
            batchText("running", direction: "back", succeeded: 1, rolledBack: 1),
            batchText("rolledBack", direction: "back", rolledBack: 2))
        try await run(["batches", "rollback", batchId, "--wait"], answering: fleetWithBatches(events: events)) {
            console, server, failure in
            #expect(failure == nil)
            #expect(console.output.contains("  running, rolling back  1 of 2 undone\n"))
            #expect(server.requests.first?.uri == "/api/v1/batches/\(batchId)/rollback")
        }
    }

    @Test func `watching goes on after the connection broke`() async throws {
        let script: StandInServer.Script = { request, before in
            before == 0 ? .hangUp : batchEvents(batchText("succeeded", succeeded: 2))
        }
        try await run(["batches", "watch", batchId, "-o", "json"], answering: script) { console, server, failure in
            #expect(failure == nil)
            #expect(server.requests.count == 2)
            #expect(console.error.hasSuffix("Connecting again.\n"))
            let batch = try JSONDecoder().decode(Batch.self, from: Data(console.output.utf8))
            #expect(batch.state == .succeeded)
        }
    }

    @Test func `a batch is asked for again with the same key when the answer was lost`() async throws {
        let script: StandInServer.Script = { request, before in
            request.path.hasSuffix("/batches") && before < 3 ? .hangUp : fleetWithBatches(events: .hangUp)(request, 0)
        }
        try await run(["services", "start", "a", "-q"], answering: script) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "\(batchId)\n")
            let keys = server.requests.filter { $0.path.hasSuffix("/batches") }.map { $0.headers["Idempotency-Key"] }
            #expect(keys.count == 2)
            #expect(keys.first == keys.last)
            #expect(keys.first?.count == 1)
        }
    }

    @Test func `batches and their items are listed`() async throws {
        let script: StandInServer.Script = { request, _ in
            switch request.path {
            case "/api/v1/projects/p1/batches":
                .json(#"{"items":[\#(batchText("running", succeeded: 1, pending: 1))]}"#)
            default: fleet(request)
            }
        }
        try await run(["batches", "list", "--open"], answering: script) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output.contains("tag   running  1 of 2"))
            #expect(server.requests.last?.uri.contains("open=true") == true)
        }
    }
}
