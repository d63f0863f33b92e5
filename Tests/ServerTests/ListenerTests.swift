import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import Server

@Suite struct ListenerTests {
    @Test func `a connection serves one request after the other, and several sent at once`() async throws {
        try await withListener { listener in
            try await listener.converse { client in
                for _ in 0..<3 {
                    try await client.say("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                    let head = try await client.hear(until: "\r\n\r\n")
                    #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
                    let body = try await client.hear(until: "GET")
                    #expect(body == "GET")
                }
                try await client.say(
                    "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
                        + "GET /denied HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                let all = try await client.hearAll()
                let slow = try #require(all.range(of: "slow"))
                let posted = try #require(all.range(of: "\r\n\r\n2"))
                let denied = try #require(all.range(of: "403"))
                #expect(slow.lowerBound < posted.lowerBound && posted.lowerBound < denied.lowerBound)
            }
        }
    }

    @Test func `an answer to a client of HTTP 1 dot 0 ends with the connection`() async throws {
        try await withListener { listener in
            for field in ["", "Connection: Keep-Alive\r\n", "Connection: Upgrade\r\nUpgrade: websocket\r\n"] {
                let said = try await listener.converse { client in
                    try await client.say("GET /echo HTTP/1.0\r\n\(field)\r\n")
                    return try await client.hearAll()
                }
                #expect(said.hasPrefix("HTTP/1.0 200 OK\r\n") && said.hasSuffix("\r\n\r\nGET"), "\(field): \(said)")
            }
            // Of a length that nobody knows beforehand: no chunks.
            let streamed = try await listener.converse { client in
                try await client.say("GET /echo HTTP/1.1\r\nHost: x\r\n\r\nGET /stream HTTP/1.0\r\n\r\n")
                return try await client.hearAll()
            }
            #expect(streamed.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(
                streamed.contains("HTTP/1.0 200 OK\r\n") && streamed.hasSuffix("\r\n\r\none two three"), "\(streamed)")
        }
    }

    @Test func `routes know where a request comes from, over HTTP 1 and over HTTP 2`() async throws {
        try await withListener { listener in
            let from = try await listener.curl(listener.url("/from"))
            #expect(from == "127.0.0.1")
        }
        try await withTLSIdentity { identity in
            try await withListener(tls: identity) { listener in
                let from = try await listener.curl("--http2", listener.url("/from"))
                #expect(from == "127.0.0.1")
            }
        }
    }

    @Test func `TLS serves HTTP 2 and HTTP 1 on one port, with bodies both ways`() async throws {
        try await withTLSIdentity { identity in
            try await withListener(tls: identity) { listener in
                for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
                    let answer = try await listener.curl(
                        flag, "--write-out", " %{http_version} %{http_code}", listener.url("/echo"))
                    #expect(answer == "GET \(version) 200")
                    let down = try await listener.curl(
                        flag, "--output", "/dev/null", "--write-out", "%{size_download}", listener.url("/big"))
                    #expect(down == "20000000")
                    let up = try await listener.curl(
                        flag, "--form", "file=@/usr/bin/openssl", "-H", "Expect:", "--write-out", " %{size_upload}",
                        listener.url("/echo"))
                    let counts = up.split(separator: " ")
                    #expect(counts.count == 2 && counts[0] == counts[1], "HTTP/\(version): \(up)")
                    #expect((Int(counts[0]) ?? 0) > 500_000)
                }
            }
        }
    }

    @Test func `curl's offer of cleartext HTTP 2 gets an ordinary answer, request after request`() async throws {
        try await withListener { listener in
            let answer = try await listener.curl(
                "--http2", "--write-out", " %{http_version} %{http_code} %{num_connects}|", listener.url("/echo"),
                listener.url("/echo"), listener.url("/denied"))
            #expect(answer == "GET 1.1 200 1|GET 1.1 200 0| 1.1 403 0|")
        }
    }

    @Test func `a request that offers an upgrade and has a body is read whole, and the connection goes on`()
        async throws
    {
        try await withListener { listener in
            try await listener.converse { client in
                let post = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                for framing in [
                    "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                ] {
                    try await client.say(post + framing + "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                    _ = try await client.hear(until: "\r\n\r\n5")
                    _ = try await client.hear(until: "\r\n\r\nGET")
                }
            }
        }
    }

    @Test func `what is not HTTP gets 400, a head too large 431, and a coding that nobody undoes 501`() async throws {
        var limits = ListenerLimits()
        limits.maximumHeaderSize = 8 << 10
        try await withListener(limits: limits) { listener in
            for (said, status) in [
                ("SSH-2.0-x\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", "400"),
                ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 9000))\r\n\r\n", "431"),
                (
                    "GET / HTTP/1.1\r\n"
                        + (0..<10).map { "X-\($0): \(String(repeating: "a", count: 1000))\r\n" }.joined() + "\r\n",
                    "431"
                ),
                ("GET / HTTP/1.1\r\n" + (0..<300).map { "X-\($0): 1\r\n" }.joined() + "\r\n", "431"),
                ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"), ("GET / HTTP/2.0\r\n\r\n", "505"),
                ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"),
            ] {
                let answer = try await listener.converse { client in
                    try await client.say(said)
                    return try await client.hearAll()
                }
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(said.prefix(40)): \(answer)")
            }
            // The listener is none the worse for it.
            #expect(try await listener.curl(listener.url("/echo")) == "GET")
        }
    }

    @Test func `who the request is for is said once, and by all in the same way`() async throws {
        try await withListener { listener in
            for (said, status) in [
                ("GET /echo HTTP/1.1\r\n\r\n", "400"), ("GET /echo HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400"),
                ("GET /echo HTTP/1.1\r\nHost: a, a\r\n\r\n", "400"),
                ("GET http://b/echo HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
                ("GET http://a/echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200"),
                ("GET /echo HTTP/1.0\r\nConnection: close\r\n\r\n", "200"),
            ] {
                let answer = try await listener.converse { client in
                    try await client.say(said)
                    return try await client.hearAll()
                }
                #expect(answer.contains(" \(status) "), "\(said): \(answer)")
                if status == "400" { #expect(answer.contains("application/problem+json")) }
            }
        }
    }

    @Test func `garbage behind a good request gets 400 too`() async throws {
        try await withListener { listener in
            try await listener.converse { client in
                try await client.say("GET /echo HTTP/1.1\r\nHost: x\r\n\r\nHEAD /body HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await client.hear(until: "\r\n\r\nGET")
                _ = try await client.hear(until: "\r\n\r\n")
                try await client.say("not HTTP at all\r\n\r\n")
                let answer = try await client.hearAll()
                #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.hasSuffix("}"), "\(answer)")
            }
        }
    }

    @Test(arguments: [
        "", "GET /echo HTTP/1.1\r\nHost: ", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na",
    ])
    func `a client that goes on too slowly is cut off`(said: String) async throws {
        var limits = ListenerLimits()
        limits.firstRequestTimeout = .milliseconds(300)
        limits.idleTimeout = .milliseconds(300)
        try await withListener(limits: limits) { listener in
            try await listener.converse { client in
                try await client.say(said)
                let answer = try await client.hearAll()
                #expect(answer == "")
            }
        }
    }

    @Test func `a client that does not shake hands, or opens no stream, is cut off`() async throws {
        var limits = ListenerLimits()
        limits.firstRequestTimeout = .seconds(2)
        try await withTLSIdentity { [limits] identity in
            try await withListener(tls: identity, limits: limits) { listener in
                for said in ["", "GET / HTTP/1.1\r\n\r\n"] {
                    try await listener.converse { client in
                        try await client.say(said)
                        _ = try await client.hearAll()
                    }
                }
                #expect(try await listener.curl("--http2", listener.url("/echo")) == "GET")
            }
        }
    }

    @Test func `a kept connection without requests is closed after its time`() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .seconds(2)
        try await withListener(limits: limits) { listener in
            try await listener.converse { client in
                try await client.say("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await client.hear(until: "\r\n\r\nGET")
                let rest = try await client.hearAll()
                #expect(rest == "")
            }
        }
    }

    @Test func `a request under way when the server stops gets its answer`() async throws {
        let (starts, started) = AsyncStream.makeStream(of: ListenerWorld.self)
        async let answer = starts.first { _ in true }?.converse { client in
            try await client.say("GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return try await client.hearAll()
        }
        try await withListener { listener in
            started.yield(listener)
            for await _ in listener.slowRequests { break }
        }
        #expect(try await answer?.hasSuffix("slow") == true)
    }
}
