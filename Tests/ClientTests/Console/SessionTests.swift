import ArgumentParser
import Client
import Fleet
import Foundation
import Testing

@testable import edgewright

struct ConfigurationFileTests {
    private let login = StoredLogin(
        server: "https://edge.example.com", token: "ewt_x", tokenId: "t1", email: "a@example.com")

    @Test func `a stored login is read back and is its owner's alone`() async throws {
        try await withTemporaryFolder { folder in
            let file = ConfigurationFile(environment: ["HOME": folder.path])
            #expect(try file.read() == nil)
            try file.write(login)
            try file.write(login)
            #expect(try file.read() == login)
            #expect(file.url.path == folder.path + "/.config/edgewright/config.yaml")
            let mode = try FileManager.default.attributesOfItem(atPath: file.url.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let names = try FileManager.default.contentsOfDirectory(
                atPath: file.url.deletingLastPathComponent().path)
            #expect(names == ["config.yaml"])
            try file.remove()
            #expect(try file.read() == nil)
        }
    }

    @Test func `the variable names the file`() {
        let file = ConfigurationFile(environment: ["EDGEWRIGHT_CONFIG": "/x/y.yaml", "HOME": "/h"])
        #expect(file.url.path == "/x/y.yaml")
    }

    @Test func `a file that is none is said to be one`() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("config.yaml")
            try Data("- not\n- a login\n".utf8).write(to: url)
            #expect(throws: CommandFailure.self) { try ConfigurationFile(url: url).read() }
        }
    }
}

struct ServerTargetTests {
    private let stored = StoredLogin(server: "https://a.example.com", token: "ewt_stored")

    private func target(
        _ arguments: [String], _ environment: [String: String] = [:], stored: StoredLogin?
    ) throws -> ServerTarget {
        try ServerTarget(
            arguments: ServerArguments.parse(arguments),
            context: CommandContext(environment: environment, console: .silent), stored: stored)
    }

    @Test func `arguments go before variables, variables before the stored login`() throws {
        let variables = ["EDGEWRIGHT_SERVER": "http://b", "EDGEWRIGHT_TOKEN": "ewt_b"]
        let given = try target(["--server", "http://c", "--token", "ewt_c"], variables, stored: stored)
        #expect((given.server, given.token ?? "") == ("http://c", "ewt_c"))
        let variable = try target([], variables, stored: stored)
        #expect((variable.server, variable.token ?? "") == ("http://b", "ewt_b"))
        let last = try target([], stored: stored)
        #expect((last.server, last.token ?? "") == ("https://a.example.com", "ewt_stored"))
    }

    @Test func `a stored token is never sent to another server`() throws {
        #expect(try target(["--server", "https://evil.example.com"], stored: stored).token == nil)
        #expect(try target(["--server", "https://A.example.com/"], stored: stored).token == "ewt_stored")
    }

    @Test func `the stored authorities are those of the stored server, and go behind what is said`() throws {
        var stored = stored
        stored.authoritiesFile = "/stored.pem"
        let plain = try ServerArguments.parse([])
        #expect(plain.connectionOptions(stored: stored).authoritiesFile == "/stored.pem")
        #expect(plain.connectionOptions(stored: nil).authoritiesFile == nil)
        #expect(try target([], stored: stored).isStored)
        #expect(try !target(["--server", "https://b.example.com"], stored: stored).isStored)
        let named = try ServerArguments.parse(["--ca-cert", "/own.pem"])
        #expect(named.connectionOptions(stored: stored).authoritiesFile == "/own.pem")
        let insecure = try ServerArguments.parse(["--insecure"])
        #expect(insecure.connectionOptions(stored: stored).authoritiesFile == nil)
    }

    @Test func `without any server one is told to sign in`() {
        #expect { try target([], stored: nil) } throws: { FailureReport($0)?.status == .denied }
    }
}

struct FailureReportTests {
    @Test(arguments: [
        (401, ProgramStatus.denied), (403, .denied), (404, .notFound), (400, .failed), (409, .failed), (500, .failed),
    ])
    func `a problem's status chooses the exit code`(status: Int, expected: ProgramStatus) {
        #expect(FailureReport(APIProblem(status: status, code: nil, detail: "x"))?.status == expected)
    }

    @Test func `several fields are listed under the message`() {
        let problem = APIProblem(
            status: 400, code: .invalidInput, detail: "2 fields are not valid",
            errors: [FieldError(field: "name", message: "must not be empty"), .init(field: "auth.x", message: "is y")])
        #expect(
            FailureReport(problem)?.text(styled: false) == """
                Error: 2 fields are not valid
                  name: must not be empty
                  auth.x: is y

                """)
    }

    @Test func `the way on is named`() {
        let problem = APIProblem(status: 401, code: .unauthenticated, detail: "Not valid any more.")
        #expect(FailureReport(problem)?.text(styled: false).contains("edgewright login URL") == true)
        let broken = FailureReport(APIConnectionError(.unreachable, "x"))
        #expect(broken?.status == .unreachable)
        #expect(broken?.advice?.contains("--server") == true)
    }

    @Test func `a closed output is no failure and says nothing`() {
        let report = FailureReport(OutputClosed())
        #expect(report?.status == .done)
        #expect(report?.text(styled: false) == "")
    }

    @Test func `the parser's own errors are left to it`() {
        #expect(FailureReport(ValidationError("x")) == nil)
        #expect { try ListServicesCommand.parse(["--nonsense"]) } throws: { FailureReport($0) == nil }
    }
}
