import NIOHTTP1

let batchId = "01kjpzh0g0a5x8mq2v7c4t9wbe"

/// A batch, as the API shows it.
func batchText(
    _ state: String, kind: String = "tag", direction: String = "forward", reason: String = "", succeeded: Int = 0,
    failed: Int = 0, pending: Int = 0, rolledBack: Int = 0
) -> String {
    """
    {"id":"\(batchId)","projectId":"p1","kind":"\(kind)","state":"\(state)","direction":"\(direction)",\
    "reason":"\(reason)","parameters":{},"policy":{},"counts":{"pending":\(pending),"waiting":0,"running":0,\
    "succeeded":\(succeeded),"failed":\(failed),"skipped":0,"cancelled":0,"rolledBack":\(rolledBack)},\
    "wave":1,"waves":1,"createdBy":"ada@example.com","createdAt":"2026-11-24T08:00:00Z"}
    """
}

/// A stream of the states of a batch.
func batchEvents(_ states: String...) -> StandInAnswer {
    let text = states.map { "event: batch\ndata: \($0)\n\n" }.joined()
    return .reply(status: 200, headers: [("Content-Type", "text/event-stream")], body: text)
}

/// The stand-in fleet with batches: each is begun as pending and told of by `events`.
func fleetWithBatches(
    plan: String = #"{"total":2,"hosted":0,"managed":2,"waves":[],"offline":0,"leftOut":0,"warnings":[],"items":[]}"#,
    items: String = "[]",
    events: StandInAnswer
) -> StandInServer.Script {
    { request, _ in
        switch request.path {
        case "/api/v1/projects/p1/batches" where request.uri.contains("dryRun=true"): .json(plan)
        case "/api/v1/projects/p1/batches": .json(batchText("pending", pending: 2), status: 202)
        case "/api/v1/batches/\(batchId)/events": events
        case "/api/v1/batches/\(batchId)/items": .json(#"{"items":\#(items)}"#)
        case let path where path.hasPrefix("/api/v1/batches/\(batchId)/"): .json(batchText("running", pending: 2))
        default: fleet(request)
        }
    }
}

extension StandInServer {
    /// The bodies with which batches were asked for, plans aside.
    var begunBatches: [String] {
        requests.filter { $0.method == .POST && $0.uri == "/api/v1/projects/p1/batches" }.map(\.body)
    }
}
