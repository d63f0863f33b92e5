import NIOHTTP1

let agentId = "01kjq5t0g0a5x8mq2v7c4t9wbe"
let agentFingerprint = "SHA256:" + String(repeating: "a", count: 41) + "+/"
let unmanagedFingerprint = "SHA256:" + String(repeating: "b", count: 43)

/// An agent, as the API shows it.
func agentText(
    _ id: String, _ name: String, state: String = "managed", online: Bool = true, clone: String = "null",
    fingerprint: String = agentFingerprint
) -> String {
    """
    {"id":"\(id)","projectId":\(state == "unmanaged" ? "null" : #""p1""#),"state":"\(state)","name":"\(name)",\
    "description":"left of the gate","fingerprint":"\(fingerprint)","online":\(online),\
    "statusSince":"2026-11-24T08:00:00Z","lastSeen":"2026-11-24T08:30:00Z","address":"198.51.100.7",\
    "version":"0.1.0","system":"linux x86_64","connections":2,"latencyMilliseconds":\(online ? "12.34" : "null"),\
    "bytesReceived":2048,"bytesSent":1024,"services":2,"hosts":1,"offers":4,"newOffers":1,"clone":\(clone),\
    "createdAt":"2026-03-02T08:30:00Z","updatedAt":"2026-03-02T08:30:00Z"}
    """
}

/// A project with four agents, two of them of one name, and one agent of no project.
func agents(_ request: StandInRequest) -> StandInAnswer {
    switch request.path {
    case "/api/v1/projects/p1/agents" where request.method == .POST:
        .json(agentText("a9", "hall-9"), status: 201)
    case "/api/v1/projects/p1/agents": .json(#"{"items":[\#(allAgents.joined(separator: ","))],"next":null}"#)
    case "/api/v1/agents/unmanaged": .json(#"{"items":[\#(unmanagedAgent)],"next":null}"#)
    case let path where path.hasPrefix("/api/v1/agents/\(agentId)"): agent(request)
    case let path where path.hasPrefix("/api/v1/projects/p1/enrollment-tokens"): enrollment(request)
    case "/api/v1/projects/p1/hosts" where request.method == .POST:
        .json(agentHostText, status: 201)
    default: fleet(request)
    }
}

private let allAgents = [
    agentText(agentId, "plant-lyon-hall"),
    agentText(
        "a2", "hall-2", online: false, clone: #"{"address":"203.0.113.9","seenAt":"2026-11-24T08:31:00Z"}"#,
        fingerprint: "SHA256:2"),
    agentText("a3", "twin", state: "revoked", online: false, fingerprint: "SHA256:3"),
    agentText("a4", "twin", fingerprint: "SHA256:4"),
]

private let unmanagedAgent = agentText("u1", "stranger", state: "unmanaged", fingerprint: unmanagedFingerprint)

private func agent(_ request: StandInRequest) -> StandInAnswer {
    switch request.path.split(separator: "/").last {
    case "clone": .reply(status: 204)
    case "offers": .json(#"{"items":\#(offersText)}"#)
    case "discover":
        .json(
            """
            {"items":[{"name":"neuron","kind":"service","category":"neuron","url":"http://127.0.0.1:7000",
             "offered":false}]}
            """)
    case "revoke": .json(agentText(agentId, "plant-lyon-hall", state: "revoked", online: false))
    case _ where request.method == .DELETE: .reply(status: 204)
    default: .json(agentText(agentId, "plant-lyon-hall"))
    }
}

private let offersText = """
    [{"name":"neuronex","kind":"service","category":"neuronex","url":"http://127.0.0.1:8085","serviceId":"s1",\
    "serviceName":"press-4","hostId":null,"hostName":null},\
    {"name":"ekuiper","kind":"service","category":"ekuiper","url":"http://127.0.0.1:9081"},\
    {"name":"plain","kind":"service","category":null,"url":"http://127.0.0.1:9999"},\
    {"name":"docker","kind":"docker","url":"unix:///var/run/docker.sock"}]
    """

private let agentHostText = """
    {"id":"h7","projectId":"p1","name":"node-2","kind":"docker",\
    "address":"agent://\(agentId)/docker","serviceAddress":"","agentId":"\(agentId)",\
    "agentName":"plant-lyon-hall","description":"","allowUnencrypted":false,"warnings":[],"status":"unknown",\
    "statusReason":"not asked yet","services":0,"createdAt":"2026-03-02T08:30:00Z","updatedAt":"2026-03-02T08:30:00Z"}
    """

private func enrollment(_ request: StandInRequest) -> StandInAnswer {
    switch request.method {
    case .POST:
        .json(
            """
            {"id":"t9","token":"ewe_secret","name":"hall-2","expiresAt":"2026-11-25T08:00:00Z","maximumUses":1,
             "commands":{"install":"curl a && sudo install","run":"curl a && run","container":"docker run b"}}
            """, status: 201)
    case .DELETE: .reply(status: 204)
    default:
        .json(
            """
            {"items":[\(tokenText("t3", "hall-2", "active")),\(tokenText("t2", "hall-2", "expired")),
             \(tokenText("t1", "twin", "revoked")),\(tokenText("t0", "twin", "usedUp"))],"next":null}
            """)
    }
}

private func tokenText(_ id: String, _ name: String, _ state: String) -> String {
    """
    {"id":"\(id)","projectId":"p1","name":"\(name)","state":"\(state)","adoptsOffers":\(state == "active"),
     "tags":["press","hall-2"],"maximumUses":5,"uses":2,"createdBy":"ada@example.com",
     "createdAt":"2026-11-24T08:00:00Z","expiresAt":"2026-11-25T08:00:00Z","lastUsedAt":null,"revokedAt":null}
    """
}
