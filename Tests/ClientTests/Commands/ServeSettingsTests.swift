import Foundation
import Testing

@testable import edgewright

struct ServeSettingsTests {
    @Test func `trusted proxies come from flags with commas or a list in the file`() async throws {
        let flags = ["trustedProxies": "10.0.0.5, 10.1.0.0/16,fd00::/8"]
        #expect(try await ServeSettings.read(flags: flags, file: nil).trustedProxies.count == 3)
        try await withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("serve.yaml")
            try Data("trustedProxies:\n  - 10.0.0.5\n  - 10.1.0.0/16\n".utf8).write(to: file)
            #expect(try await ServeSettings.read(flags: [:], file: file.path).trustedProxies.count == 2)
            #expect(try await ServeSettings.read(flags: flags, file: file.path).trustedProxies.count == 3)
            try Data("trustedProxies: 10.0.0.5\n".utf8).write(to: file)
            #expect(try await ServeSettings.read(flags: [:], file: file.path).trustedProxies.count == 1)
        }
        #expect(try await ServeSettings.read(flags: [:], file: nil).trustedProxies.isEmpty)
        await #expect(throws: SettingsError.self) {
            try await ServeSettings.read(flags: ["trustedProxies": "10.0.0.5,proxy.example.com"], file: nil)
        }
    }
}
