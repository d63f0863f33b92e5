import Fleet
import Foundation
import TestSupport
import Testing

@testable import Server

@Suite struct ServerCertificateTests {
    private struct Files {
        let tls: ServerConfiguration.TLSFiles

        init(_ folder: URL) {
            tls = ServerConfiguration.TLSFiles(
                certificate: folder.appending(path: "cert.pem").path, privateKey: folder.appending(path: "key.pem").path
            )
        }

        func write(certificate: String) throws { try Data(certificate.utf8).write(to: URL(filePath: tls.certificate)) }
        func write(key: String) throws { try Data(key.utf8).write(to: URL(filePath: tls.privateKey)) }
    }

    private let pems = TestCertificates.shared

    private func withFiles(_ body: (Files) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let files = Files(folder)
            try files.write(certificate: pems.server)
            try files.write(key: pems.serverKey)
            try await body(files)
        }
    }

    private func isRefused(_ outcome: ServerCertificate.Outcome, naming word: String) -> Bool {
        guard case .refused(let reason) = outcome else { return false }
        return reason.contains(word)
    }

    @Test func `files are taken up when both of them fit, and each change is tried once`() async throws {
        try await withFiles { files in
            let certificate = try ServerCertificate(files.tls)
            #expect(certificate.refresh() == .unchanged)
            try files.write(certificate: pems.client)
            #expect(isRefused(certificate.refresh(), naming: "not the certificate's"))
            #expect(certificate.refresh() == .unchanged)
            try files.write(key: pems.clientKey)
            #expect(certificate.refresh() == .replaced)
            #expect(certificate.refresh() == .unchanged)
        }
    }

    @Test func `broken and missing files are refused by name`() async throws {
        try await withFiles { files in
            let certificate = try ServerCertificate(files.tls)
            try files.write(certificate: "-----BEGIN CERTIFICATE-----\nnonsense\n")
            #expect(isRefused(certificate.refresh(), naming: "tlsCert"))
            try files.write(certificate: pems.server)
            try files.write(key: "")
            #expect(isRefused(certificate.refresh(), naming: "tlsKey"))
            try FileManager.default.removeItem(atPath: files.tls.privateKey)
            #expect(isRefused(certificate.refresh(), naming: files.tls.privateKey))
            #expect(throws: EdgewrightError.self) { try ServerCertificate(files.tls) }
            try files.write(key: pems.serverKey)
            #expect(certificate.refresh() == .replaced)
        }
    }

    @Test func `new connections get the new certificate, and a broken file changes nothing`() async throws {
        try await withFiles { files in
            var settings = ControlPlaneWorldSettings()
            settings.server.tls = files.tls
            settings.server.certificateInterval = .milliseconds(20)
            let (old, new) = (try certificateBytes(pem: pems.server), try certificateBytes(pem: pems.client))
            try await withDatabase(on: .sqlite) { [settings, pems] database in
                try await withControlPlane(over: database, settings) { world in
                    let port = Int(world.url.split(separator: ":").last ?? "") ?? 0
                    #expect(try await presentedCertificate(port: port) == old)
                    try files.write(key: "broken")
                    #expect(try await world.admin.get("/api/v1/me").status == 200)
                    #expect(try await presentedCertificate(port: port) == old)
                    try files.write(certificate: pems.client)
                    try files.write(key: pems.clientKey)
                    let end = ContinuousClock.now + .seconds(30)
                    while try await presentedCertificate(port: port) != new, ContinuousClock.now < end {}
                    #expect(try await presentedCertificate(port: port) == new)
                    #expect(try await world.admin.get("/api/v1/me").status == 200)
                }
            }
        }
    }
}
