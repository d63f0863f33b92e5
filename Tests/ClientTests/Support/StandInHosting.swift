import NIOHTTP1

/// A node, two images and a registry, as the API shows them.
func hosting(_ request: StandInRequest) -> StandInAnswer {
    switch request.path {
    case "/api/v1/projects/p1/hosts" where request.method == .GET, "/api/v1/projects/p1/hosts/check":
        request.path.hasSuffix("check")
            ? .json(#"{"reachable":false,"reason":"connection refused by 10.0.0.7:2376","warnings":[]}"#)
            : .json(#"{"items":[\#(hostText("h1", "hall-1")),\#(hostText("h2", "hall-2"))],"next":null}"#)
    case "/api/v1/projects/p1/hosts": .json(hostText("h3", "hall-3"), status: 201)
    case "/api/v1/hosts/h1": .json(hostText("h1", "hall-1"))
    case "/api/v1/images" where request.method == .GET:
        .json(#"{"items":[\#(imageText("i1", "3.6.0")),\#(imageText("i2", "3.7.0"))],"next":null}"#)
    case "/api/v1/images": .json(imageText("i3", "3.8.0"), status: 201)
    case "/api/v1/images/i2/check": .json(#"{"found":false,"reason":"no such tag","architectures":[]}"#)
    case "/api/v1/registries", "/api/v1/registries/r1":
        .json(#"{"items":[\#(registryText)],"next":null}"#)
    case "/api/v1/registries/r1/check": .json(#"{"ok":true,"reason":""}"#)
    case "/api/v1/workload-defaults":
        .json(
            """
            {"items":[{"category":"neuronex","settings":{"apiPort":8085,
             "ports":[{"container":8085,"protocol":"tcp"}]}}]}
            """)
    case let path where path.hasPrefix("/api/v1/workload-defaults/"): .json(#"{"category":"neuronex","settings":{}}"#)
    default: fleet(request)
    }
}

private func hostText(_ id: String, _ name: String) -> String {
    """
    {"id":"\(id)","projectId":"p1","name":"\(name)","kind":"docker","address":"tcp://10.0.0.7:2376",
     "serviceAddress":"10.0.0.7","description":"","tls":{"authority":true,"clientCertificate":true},
     "allowUnencrypted":false,"warnings":[],"status":"online","statusReason":"","statusSince":null,
     "engine":{"version":"20.10.24","operatingSystem":"Debian GNU/Linux 12","architecture":"x86_64","cpus":4,
     "memory":8589934592},"services":2,"createdAt":"2026-03-02T08:30:00Z","updatedAt":"2026-03-02T08:30:00Z"}
    """
}

private func imageText(_ id: String, _ version: String) -> String {
    """
    {"id":"\(id)","category":"neuronex","reference":"registry.local:5000/neuronex:\(version)",
     "version":"\(version)","isDefault":false,"description":"","digest":null,
     "createdAt":"2026-03-02T08:30:00Z","updatedAt":"2026-03-02T08:30:00Z"}
    """
}

private let registryText = """
    {"id":"r1","name":"plant","address":"registry.local:5000","username":"puller","hasPassword":true,
     "plainHTTP":false,"createdAt":"2026-03-02T08:30:00Z","updatedAt":"2026-03-02T08:30:00Z"}
    """
