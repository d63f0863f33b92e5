import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Server

/// What clients go on sending of requests that are answered already.
@Suite struct EarlyAnswerTests {
    @Test func `what comes after an early answer is read for a while, and the connection goes on`() async throws {
        try await withListener { listener in
            try await listener.converse { client in
                try await client.say("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n")
                _ = try await client.hear(until: "\r\n\r\n")
                for _ in 0..<20 { try await client.say(String(repeating: "x", count: 100_000)) }
                try await client.say("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await client.hear(until: "\r\n\r\nGET")
            }
        }
    }

    @Test func `an upload that does not end after its answer is cut off`() async throws {
        var limits = ListenerLimits()
        limits.earlyAnswerPatience = .milliseconds(500)
        try await withListener(limits: limits) { listener in
            try await listener.converse { client in
                try await client.say("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
                let answer = try await client.hear(until: "\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 413 "))
                // A little now and then keeps no connection busy for ever.
                var sent = 0
                while sent < 100, (try? await client.say("x")) != nil {
                    sent += 1
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(sent < 100)
            }
            let sent = try await listener.converse { client in
                try await client.say("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
                _ = try await client.hear(until: "\r\n\r\n")
                let piece = ByteBuffer(repeating: 0x78, count: 1 << 20)
                var sent = 0
                while sent < 1000, (try? await client.channel.writeAndFlush(piece)) != nil { sent += 1 }
                return sent
            }
            // And what both systems keep of it underway.
            #expect(sent < 40, "\(sent) MiB")
        }
    }

    @Test func `an upload right behind another request is not taken for the rest of it`() async throws {
        var limits = ListenerLimits()
        limits.earlyAnswerPatience = .milliseconds(200)
        try await withListener(limits: limits) { listener in
            try await listener.converse { client in
                try await client.say(
                    "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na")
                _ = try await client.hear(until: "slow")
                for _ in 0..<8 {
                    try await Task.sleep(for: .milliseconds(100))
                    try await client.say("b")
                }
                _ = try await client.hear(until: "\r\n\r\n9")
            }
        }
    }

    @Test func `with HTTP 2 an upload that is refused leaves the connection as it is`() async throws {
        try await withTLSIdentity { identity in
            try await withListener(tls: identity) { listener in
                try await withTemporaryFolder { folder in
                    let file = folder.appending(path: "large")
                    try Data(count: 30_000_000).write(to: file)
                    let answer = try await listener.curl(
                        "--http2", "--write-out", "%{http_version} %{http_code} %{num_connects}|", "--data-binary",
                        "@\(file.path)", listener.url("/refuse"), "--next", "--insecure", "--http2", "--write-out",
                        "%{http_version} %{http_code} %{num_connects}|", listener.url("/denied"))
                    #expect(answer == "2 413 1|2 403 0|")
                }
            }
        }
    }
}
