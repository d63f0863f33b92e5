import ArgumentParser
import Fleet
import Foundation
import NIOHTTP1
import Testing

@testable import edgewright

private func report(_ failure: (any Error)?) -> FailureReport? { failure.flatMap { FailureReport($0) } }

struct EnrollmentTokenCommandTests {
    @Test func `a new token is printed with the commands to paste`() async throws {
        let arguments = [
            "enrollment-tokens", "create", "hall-2", "--expires", "7d", "--uses", "20", "--adopt-offers", "--tag",
            "press",
        ]
        try await run(arguments, answering: { request, _ in agents(request) }) { console, server, failure in
            #expect(failure == nil)
            #expect(
                console.output == """
                    id:        t9
                    name:      hall-2
                    token:     ewe_secret
                    expiresAt: 2026-11-25T08:00:00Z
                    uses:      1

                    On the agent's machine:

                    # As a service of systemd
                    curl a && sudo install

                    # For as long as the terminal is open
                    curl a && run

                    # In a container, with the machine's Docker engine as a host
                    docker run b

                    """)
            let sent = Data((server.requests.last?.body ?? "").utf8)
            let asked = try JSONDecoder().decode(CreateEnrollmentTokenRequest.self, from: sent)
            #expect(asked.name == "hall-2")
            #expect(asked.expiresInHours == 168)
            #expect(asked.maximumUses == 20)
            #expect(asked.adoptsOffers == true)
            #expect(asked.tags == ["press"])
        }
    }

    @Test func `a script gets the secret alone, or everything`() async throws {
        let arguments = ["enrolment-tokens", "create", "hall-2"]
        try await run(arguments + ["-q"], answering: { request, _ in agents(request) }) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "ewe_secret\n")
            #expect(server.requests.last?.body == #"{"name":"hall-2"}"#)
        }
        try await run(arguments + ["-o", "json"], answering: { request, _ in agents(request) }) { console, _, _ in
            let said = try JSONDecoder().decode(CreatedEnrollmentToken.self, from: Data(console.output.utf8))
            #expect(said.token == "ewe_secret")
            #expect(said.commands.install == "curl a && sudo install")
        }
    }

    @Test func `tokens are listed with what is left of them`() async throws {
        try await run(["enrollment-tokens", "list"], answering: { request, _ in agents(request) }) {
            console, _, failure in
            #expect(failure == nil)
            #expect(
                console.output == """
                    ID  NAME    STATE    USES    EXPIRESAT             ADOPTSOFFERS
                    t3  hall-2  active   2 of 5  2026-11-25T08:00:00Z  yes
                    t2  hall-2  expired  2 of 5  2026-11-25T08:00:00Z
                    t1  twin    revoked  2 of 5  2026-11-25T08:00:00Z
                    t0  twin    usedUp   2 of 5  2026-11-25T08:00:00Z

                    """)
        }
    }

    @Test func `of several tokens of one name the one that can be used is revoked`() async throws {
        for (reference, id) in [("hall-2", "t3"), ("t1", "t1")] {
            try await run(["enrollment-tokens", "revoke", reference], answering: { request, _ in agents(request) }) {
                _, server, failure in
                #expect(failure == nil)
                #expect(server.requests.last?.method == .DELETE)
                #expect(server.requests.last?.path == "/api/v1/projects/p1/enrollment-tokens/\(id)")
            }
        }
        try await run(["enrollment-tokens", "revoke", "twin"], answering: { request, _ in agents(request) }) {
            _, _, failure in
            #expect(report(failure)?.status == .usage)
            #expect(report(failure)?.advice == "Say one's id: t1, t0")
        }
    }

    @Test func `hours have units`() throws {
        #expect(try ["24", "36h", "7d", "0"].map(EnrollmentText.hours) == [24, 36, 168, 0])
        for text in ["", "h", "-1", "1.5h", "30m", "99999999999999999999d", "9223372036854775807d"] {
            #expect(throws: ValidationError.self) { try EnrollmentText.hours(text) }
        }
    }

    @Test(arguments: [
        ["enrollment-token", "create", "n", "--expires", "soon"], ["enrollment-token", "create", "n", "--uses", "0"],
        ["enrollment-token", "create", "n", "--expires", "0"], ["enrollment-token", "create", "n", "--expires", "2y"],
        ["enrollment-token", "create", "n", "--expires", "400d"], ["enrollment-token", "create", "n", "--tag", "t"],
        ["enrollment-token", "create"],
        ["agents", "claim", "hall-2"], ["agents", "claim", "SHA256:short"], ["agents", "edit", "a"],
        ["agents", "list", "--online", "--offline"], ["agents", "list", "--unmanaged", "--state", "revoked"],
        ["agents", "list", "--unmanaged", "--online"], ["agents", "list", "--unmanaged", "-p", "P"],
        ["agents", "adopt", "a", "--name", "n"], ["agents", "adopt", "a", "x", "y", "--name", "n"],
        ["agents", "adopt", "a", "--category", "neuron"], ["agents", "adopt", "a", "--auth", "password"],
        ["services", "add", "n"], ["services", "add", "n", "http://h", "--agent", "a", "--offer", "o"],
        ["services", "add", "n", "--agent", "a"], ["services", "add", "n", "http://h", "--offer", "o"],
        ["hosts", "add", "n"], ["hosts", "add", "n", "tcp://h", "--agent", "a"],
        ["hosts", "add", "n", "tcp://h", "--offer", "o"], ["hosts", "add", "n", "--agent", "a", "--tls-ca", "f"],
        ["hosts", "add", "n", "--agent", "a", "--allow-unencrypted"],
    ])
    func `what makes no sense is refused as wrong usage`(arguments: [String]) {
        #expect {
            _ = try Edgewright.parseAsRoot(arguments)
        } throws: { error in
            Edgewright.exitCode(for: error).rawValue == ProgramStatus.usage.rawValue
        }
    }
}
