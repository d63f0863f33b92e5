import Client
import Fleet
import NIOHTTP1
import Testing

private let busy = #"{"type":"about:blank","title":"","status":503,"detail":"Starting.","code":"unavailable"}"#
private let organizations = #"{"items":[]}"#

struct RetryTests {
    @Test func `a read is sent again after 503 and after a lost connection`() async throws {
        try await withStandIn(answering: { _, before in
            switch before {
            case 0: .problem(503, busy, retryAfter: "0")
            case 1: .hangUp
            default: .json(organizations)
            }
        }) { client, server in
            let organizations = try await client.listOrganizations()
            #expect(organizations.items.isEmpty)
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a change is sent once only`() async throws {
        try await withStandIn(answering: { _, _ in .problem(503, busy, retryAfter: "0") }) { client, server in
            await #expect(throws: APIProblem.self) {
                _ = try await client.createOrganization(CreateTenantRequest(name: "North"))
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a refusal is not asked again`() async throws {
        try await withStandIn(answering: { _, _ in .problem(403, "{}") }) { client, server in
            await #expect(throws: APIProblem.self) { _ = try await client.listOrganizations() }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `attempts end with the policy's number`() async throws {
        try await withStandIn(answering: { _, _ in .problem(503, busy) }) { client, server in
            await #expect(throws: APIProblem.self) { _ = try await client.listOrganizations() }
            #expect(server.requests.count == 3)
        }
    }

    @Test func `the wait is never shorter than the server asked for, and grows to its ceiling`() {
        let policy = RetryPolicy(attempts: 20, firstDelay: .milliseconds(100), longestDelay: .seconds(1))
        var generator = SystemRandomNumberGenerator()
        for failed in 1..<20 {
            let delay = policy.delay(after: failed, retryAfter: .seconds(2), using: &generator) ?? .zero
            #expect(delay >= .seconds(2) && delay <= .seconds(3))
        }
        #expect(policy.delay(after: 20, retryAfter: nil, using: &generator) == nil)
        #expect(policy.delay(after: 1, retryAfter: .seconds(31), using: &generator) == nil)
        let first = policy.delay(after: 1, retryAfter: nil, using: &generator) ?? .seconds(9)
        #expect(first <= .milliseconds(100))
    }
}
