import Foundation
import Store
import TestSupport

/// `edgewright serve` as a process of its own.
struct Platform: Sendable {
    static let email = "admin@edgewright.local"
    static let password = "correct horse battery"

    let url: String
    let program: RunningProgram
    private let output: URL

    init(
        in folder: URL, arguments: [String] = ["--monitor-interval", "3600"],
        environment: [String: String] = ["EDGEWRIGHT_ADMIN_PASSWORD": password], output: URL? = nil
    ) throws {
        let exists = FileManager.default.fileExists(atPath: folder.path)
        self.output = output ?? (exists ? folder : folder.deletingLastPathComponent()).appending(path: "\(UUID()).log")
        let port = try freePort()
        url = "http://127.0.0.1:\(port)"
        program = try RunningProgram(
            ["serve", "--listen", "127.0.0.1:\(port)", "--data-dir", folder.path] + arguments,
            environment: environment, output: self.output)
    }

    /// The end of what it has printed, for whoever asks why it ended.
    var lastOutput: String { String(decoding: ((try? Data(contentsOf: output)) ?? Data()).suffix(8000), as: UTF8.self) }

    var anonymous: TestAPI { TestAPI(url: url, token: nil) }

    /// - Parameter api: another way to it than its URL.
    func waitUntilReady(by api: TestAPI? = nil) async throws {
        let api = api ?? anonymous
        let end = ContinuousClock.now + .seconds(60)
        while (try? await api.get("/readyz").status) != 200 {
            guard ContinuousClock.now < end else { throw WorldError("serve did not become ready") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func signIn(password: String = password, by api: TestAPI? = nil) async throws -> TestAPI {
        let api = api ?? anonymous
        try await waitUntilReady(by: api)
        let session = try await api.post("/api/v1/session", ["email": Self.email, "password": password])
            .expect(200)
        let token = try await api.send(
            "POST", "/api/v1/tokens", json: ["name": "t"],
            headers: [("Cookie", session.cookie), ("X-CSRF-Token", session["csrfToken"])]
        ).expect(201)["token"]
        return TestAPI(url: api.url, token: token)
    }
}

extension TestAPI {
    /// - Returns: the new project's id.
    func createProject() async throws -> String {
        let org = try await post("/api/v1/orgs", ["name": "o"]).expect(201)["id"]
        return try await post("/api/v1/orgs/\(org)/projects", ["name": "p"]).expect(201)["id"]
    }
}

/// What tells `serve` where its data is.
func withDatabaseArguments(
    on store: TestEngine, _ body: @Sendable @escaping ([String]) async throws -> Void
) async throws {
    guard store == .postgres else { return try await body([]) }
    try await withDatabaseLocation(on: store, migrated: false) { location in
        guard case .postgres(let url) = location else { throw WorldError("this is not PostgreSQL") }
        try await body(["--database", url])
    }
}
