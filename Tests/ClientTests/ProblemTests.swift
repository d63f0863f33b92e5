import Client
import Fleet
import Testing

struct ProblemTests {
    @Test func `a problem answer becomes an APIProblem with code, fields and wait`() async throws {
        let body = """
            {"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Too many failed sign-ins.",
             "code":"rateLimited","errors":[{"field":"email","message":"is locked"}]}
            """
        try await withStandIn(answering: { _, _ in .problem(429, body, retryAfter: "7") }) { client, _ in
            let problem = await #expect(throws: APIProblem.self) {
                _ = try await client.createSession(SignInRequest(email: "a@example.com", password: "x"))
            }
            #expect(
                problem
                    == APIProblem(
                        status: 429, code: .rateLimited, detail: "Too many failed sign-ins.",
                        errors: [FieldError(field: "email", message: "is locked")], retryAfter: .seconds(7)))
        }
    }

    @Test func `an error page of a proxy is still a problem with its status`() async throws {
        try await withStandIn(answering: { _, _ in .reply(status: 502, body: "<html>Bad Gateway</html>") }) {
            client, _ in
            let problem = await #expect(throws: APIProblem.self) { _ = try await client.getMe() }
            #expect(problem?.status == 502)
            #expect(problem?.code == nil)
        }
    }

    @Test func `an answer that is not of this API is said to be one`() async throws {
        try await withStandIn(answering: { _, _ in .reply(status: 200, body: "<html>Welcome</html>") }) { client, _ in
            let error = await #expect(throws: APIConnectionError.self) { _ = try await client.getMe() }
            #expect(error?.kind == .notUnderstood)
        }
    }

    @Test func `a server that is not there is unreachable`() async throws {
        // Port 1 is reserved and nothing listens there.
        await #expect {
            try await withAPIClient(server: "http://127.0.0.1:1", retries: .never) { _ = try await $0.getMe() }
        } throws: { error in
            (error as? APIConnectionError)?.kind == .unreachable
        }
    }

    @Test(arguments: ["ftp://x", "http://", "http://h/?a=b", "http://user@h"])
    func `an address that is none is refused by name`(address: String) async throws {
        let error = await #expect(throws: EdgewrightError.self) {
            try await withAPIClient(server: address) { _ in }
        }
        #expect(error?.fields.first?.field == "server")
    }
}
