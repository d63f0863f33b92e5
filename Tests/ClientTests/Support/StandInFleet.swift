/// A project with two services, as the API shows them.
let projectText = #"{"id":"p1","orgId":"o1","name":"Press","description":"","createdAt":"2026-03-02T08:30:00Z"}"#

func serviceText(_ id: String, _ name: String) -> String {
    """
    {"id":"\(id)","projectId":"p1","name":"\(name)","category":"neuronex","mode":"managed","connection":"direct",
     "endpoint":"http://h:1","verifyTLS":true,"status":"online","statusReason":"","tags":[],"auth":{"kind":"none"},
     "description":"","createdAt":"2026-03-02T08:30:00Z","updatedAt":"2026-03-02T08:30:00Z"}
    """
}

func fleet(_ request: StandInRequest) -> StandInAnswer {
    switch request.path {
    case "/api/v1/projects": .json(#"{"items":[\#(projectText)]}"#)
    case "/api/v1/projects/p1/services":
        .json(#"{"items":[\#(serviceText("s1", "a")),\#(serviceText("s2", "ab"))]}"#)
    case "/api/v1/projects/p1/drivers":
        .json(
            """
            {"items":[{"service":{"id":"s1","name":"a","status":"online"},"name":"modbus-1","plugin":"Modbus TCP",
             "direction":"south","running":true,"connected":false,"state":"disconnected"}]}
            """)
    case "/api/v1/projects/p1/rules":
        .json(
            """
            {"items":[{"service":{"id":"s1","name":"a","status":"online"},"id":"rule1","running":false,
             "state":"stopped","status":"stopped: canceled by error"}]}
            """)
    default: .problem(404, #"{"detail":"Nothing here.","code":"notFound"}"#)
    }
}
