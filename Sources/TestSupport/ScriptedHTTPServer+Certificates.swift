package import Foundation
package import NIOSSL

/// An authority of the test's own, with a certificate for 127.0.0.1 and localhost, and one for a client. Made by openssl
/// once a run.
package struct TestCertificates: Sendable {
    /// PEM.
    package let authority: String
    package let server: String
    package let serverKey: String
    package let client: String
    package let clientKey: String

    package static let shared = made()
    /// Of an authority that nobody else knows.
    package static let foreign = made()

    private static func made() -> TestCertificates {
        do {
            return try TestCertificates()
        } catch {
            fatalError("openssl could not make certificates: \(error)")
        }
    }

    private init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "edgewright-certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        try Self.openssl(
            ["req", "-x509"] + newKey + ["-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem"],
            in: folder)
        for (name, extensions) in [
            ("server", "subjectAltName=IP:127.0.0.1,DNS:localhost"), ("client", "extendedKeyUsage=clientAuth"),
        ] {
            try Data(extensions.utf8).write(to: folder.appending(path: "\(name).ext"))
            try Self.openssl(
                ["req"] + newKey + ["-subj", "/CN=Test \(name)", "-keyout", "\(name).key", "-out", "\(name).csr"],
                in: folder)
            try Self.openssl(
                [
                    "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                    "-days", "2", "-extfile", "\(name).ext", "-out", "\(name).pem",
                ], in: folder)
        }
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        authority = try text("ca.pem")
        server = try text("server.pem")
        serverKey = try text("server.key")
        client = try text("client.pem")
        clientKey = try text("client.key")
    }

    /// The server's certificate and key as files, for a program that is told of them.
    /// - Returns: their paths.
    package func place(in folder: URL) throws -> (certificate: String, key: String) {
        let files = (folder.appending(path: "cert.pem"), folder.appending(path: "key.pem"))
        try Data(server.utf8).write(to: files.0)
        try Data(serverKey.utf8).write(to: files.1)
        return (files.0.path, files.1.path)
    }

    /// For a server with this certificate, that may demand one of the client.
    package func serverContext(demandsClientCertificate: Bool = false) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(server.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(serverKey.utf8), format: .pem)))
        if demandsClientCertificate {
            tls.certificateVerification = .noHostnameVerification
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
        }
        return try NIOSSLContext(configuration: tls)
    }

    private static func openssl(_ arguments: [String], in folder: URL) throws {
        let (status, said) = try ChildProcess.run(
            URL(filePath: "/usr/bin/env"), ["--chdir", folder.path, "openssl"] + arguments)
        guard status == 0 else { throw WorldError("openssl \(arguments[0]) ended with \(status): \(said)") }
    }
}
