import Foundation
import TestSupport
import Testing

@Suite struct ProgramTests {
    @Test func `the program tells its commands`() throws {
        let (status, text) = try ChildProcess.run(Program.url, ["--help"])
        #expect(status == 0)
        #expect(text.contains("serve") && text.contains("simulate"))
    }

    @Test func `who has signed in over TLS need not name the authority again`() async throws {
        try await withTemporaryFolder { folder in
            let (certificate, key) = try TestCertificates.shared.place(in: folder)
            let authority = folder.appending(path: "ca.pem")
            try Data(TestCertificates.shared.authority.utf8).write(to: authority)
            let port = try freePort()
            let platform = try Platform(
                in: folder.appending(path: "data"),
                arguments: ["--tls-cert", certificate, "--tls-key", key, "--local-listen", "127.0.0.2:\(port)"])
            try await platform.waitUntilReady(by: TestAPI(url: "http://127.0.0.2:\(port)", token: nil))
            let environment = [
                "EDGEWRIGHT_CONFIG": folder.appending(path: "login.yaml").path,
                "EDGEWRIGHT_PASSWORD": Platform.password,
            ]
            func call(_ arguments: String...) throws -> (status: Int32, output: String) {
                try ChildProcess.run(Program.url, arguments, environment: environment)
            }
            let url = platform.url.replacing("http://", with: "https://")
            let distrusted = try call("login", url, "--email", Platform.email)
            #expect(distrusted.status != 0 && distrusted.output.contains("certificate"), "\(distrusted)")
            let signedIn = try call("login", url, "--email", Platform.email, "--ca-cert", authority.path)
            #expect(signedIn.status == 0, "\(signedIn)")
            let asked = try call("whoami")
            #expect(asked.status == 0 && asked.output.contains(Platform.email), "\(asked)")
            #expect(platform.program.stop() == 0)
        }
    }
}
