import Foundation
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import TestSupport
import Testing

@testable import Server

/// Requests and their answers on one connection, where the two do not simply take turns.
@Suite(.timeLimit(.minutes(2))) struct HTTPConversationTests {
    @Test func `an upload that is refused on a connection to be closed is read to its end, and its client sees why`()
        async throws
    {
        try await withListener { listener in
            let said = try await listener.converse { client in
                try await client.say(
                    "POST /refuse HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4000000\r\n\r\n")
                for _ in 0..<40 { try await client.say(String(repeating: "x", count: 100_000)) }
                return try await client.hearAll()
            }
            #expect(said.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `who waits to be asked for the body is asked, but not when nobody wants it`() async throws {
        try await withListener { listener in
            let post = "HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            try await listener.converse { client in
                for _ in 0..<2 {
                    try await client.say("POST /echo \(post)")
                    let asked = try await client.hear(until: "\r\n\r\n")
                    #expect(asked == "HTTP/1.1 100 Continue\r\n\r\n")
                    try await client.say("hello")
                    let answer = try await client.hear(until: "\r\n\r\n5")
                    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                }
                try await client.say("POST /refuse \(post)")
                let refused = try await client.hear(until: "\r\n\r\n")
                #expect(refused.hasPrefix("HTTP/1.1 413 "))
            }
        }
    }

    @Test func `the answer to HEAD has nothing behind its head, though its length is not known`() async throws {
        try await withListener { listener in
            try await listener.converse { client in
                for _ in 0..<2 {
                    try await client.say("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n")
                    let head = try await client.hear(until: "\r\n\r\n")
                    #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
                }
                try await client.say("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
                let next = try await client.hear(until: "\r\n0\r\n\r\n")
                #expect(next.hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
        }
    }

    @Test func `an upload is not cut off for the time in which nobody reads it`() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .milliseconds(700)
        try await withListener(limits: limits) { listener in
            try await listener.converse { client in
                try await client.say("POST /sip HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
                for _ in 0..<40 { try await client.say(String(repeating: "x", count: 100_000)) }
                _ = try await client.hear(until: "\r\n\r\n4000000")
            }
        }
    }

    @Test func `a client that ends its side still gets the answers to all that it has asked`() async throws {
        try await withListener { listener in
            let said = try await listener.converse { client in
                try await client.say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                try await client.channel.close(mode: .output)
                return try await client.hearAll()
            }
            #expect(said.contains("slow") && said.hasSuffix("\r\n\r\nGET"))
        }
    }

    @Test func `a body that breaks off reaches nobody as a whole one`() async throws {
        try await withListener { listener in
            let said = try await listener.converse { client in
                try await client.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhello")
                try await client.channel.close(mode: .output)
                return try await client.hearAll()
            }
            #expect(!said.contains(" 200 "), "\(said)")
        }
    }

    @Test func `garbage in the middle of a body gets 400 from whoever was reading`() async throws {
        try await withListener { listener in
            let said = try await listener.converse { client in
                try await client.say(
                    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnot a number\r\n"
                )
                return try await client.hearAll()
            }
            #expect(said.hasPrefix("HTTP/1.1 400 "), "\(said)")
        }
    }

    // MARK: Time limits

    @Test func `an answer may take longer than a client may be silent, over HTTP 1 and HTTP 2`() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .seconds(1)
        try await withTLSIdentity { [limits] identity in
            try await withListener(tls: identity, limits: limits) { listener in
                for version in ["--http1.1", "--http2"] {
                    let answer = try await listener.curl(version, listener.url("/slower"), listener.url("/slower"))
                    #expect(answer == "slowerslower", "\(version): \(answer)")
                }
            }
        }
    }

    @Test func `an upload that stops is waited for no longer, over HTTP 1 and HTTP 2`() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .milliseconds(300)
        try await withTLSIdentity { [limits] identity in
            try await withListener(tls: identity, limits: limits) { listener in
                for version in ["--http1.1", "--http2"] {
                    let nothing = ChildProcess.makePipe()
                    let client = try ChildProcess(
                        URL(filePath: "/usr/bin/curl"),
                        [
                            "--silent", "--insecure", "--noproxy", "*", version, "--request", "POST", "--upload-file",
                            "-", listener.url("/sip"),
                        ], input: nothing.fileHandleForReading)
                    for await count in listener.ends {
                        #expect(count == nil)
                        break
                    }
                    try nothing.fileHandleForWriting.close()
                    client.waitUntilExit()
                    let answer = try await listener.curl(version, listener.url("/echo"))
                    #expect(!answer.isEmpty)
                }
            }
        }
    }

    @Test func `bytes that make no request are no sign of life`() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .milliseconds(300)
        limits.earlyAnswerPatience = .milliseconds(300)
        try await withListener(limits: limits) { listener in
            for (field, drip) in [("", "GET /echo HTTP/1.1\r\nX: a"), ("Connection: close\r\n", "\r\n")] {
                try await listener.converse { client in
                    try await client.say("GET /echo HTTP/1.1\r\nHost: x\r\n\(field)\r\n")
                    _ = try await client.hear(until: "\r\n\r\nGET")
                    try await client.say(drip)
                    var said = 0
                    while said < 100, (try? await client.say(field.isEmpty ? "a" : "\r\n")) != nil {
                        said += 1
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    #expect(said < 100)
                }
            }
        }
    }

    @Test func `who reads slowly gets the end of its answer too, though the connection is to be closed`() async throws {
        try await withListener { listener in
            for field in ["", "Connection: close\r\n"] {
                let count = try await listener.converse { client in
                    try await client.say("GET /big HTTP/1.1\r\nHost: x\r\n\(field)\r\n")
                    // It will say no more.
                    try await client.channel.close(mode: .output)
                    _ = try await client.hear(until: "\r\n\r\n")
                    try await Task.sleep(for: .seconds(1))
                    return try await client.hearAll().utf8.count
                }
                #expect(count > 20_000_000, "\(count) bytes with “\(field)”")
            }
        }
    }

    // MARK: Heads

    @Test func `the head of an answer does not wait for its body`() async throws {
        try await withListener { listener in
            try await listener.converse { client in
                try await client.say("GET /gated HTTP/1.1\r\nHost: x\r\n\r\n")
                let head = try await client.hear(until: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
                listener.openGate()
                _ = try await client.hear(until: "open")
            }
        }
    }

    @Test func `the answer to HEAD has no body, however it was made`() async throws {
        try await withTLSIdentity { identity in
            try await withListener(tls: identity) { listener in
                for version in ["--http1.1", "--http2"] {
                    let answer = try await listener.curl(
                        version, "--head", "--output", "/dev/null", "--write-out",
                        "%{http_code} %header{content-length}|",
                        listener.url("/body"), "--next", "--insecure", version, listener.url("/echo"))
                    #expect(answer == "200 4|GET", "\(version): \(answer)")
                }
            }
        }
    }

    @Test func `what a client makes us hold is counted with its fields`() {
        let long = String(repeating: "a", count: 60_000)
        let head = HTTPRequest(method: .get, scheme: "http", authority: "x", path: "/", headerFields: [.accept: long])
        #expect(HTTPRequestPart.head(head).weight > 60_000)
        #expect(HTTPRequestPart.end([.accept: long]).weight > 60_000)
        #expect(HTTPRequestPart.end(nil).weight > 0)
    }

    // MARK: Clients that go

    @Test func `an upload whose client goes is taken whole or not at all`() async throws {
        try await withListener { listener in
            let total = 200_000
            try await listener.converse { client in
                try await client.say("POST /sip HTTP/1.1\r\nHost: x\r\nContent-Length: \(total)\r\n\r\n")
                try await client.say(String(repeating: "x", count: total))
                for await _ in listener.slowRequests { break }
                // Without a goodbye.
                let socket = try #require(client.channel as? any SocketOptionProvider)
                try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
                try await client.channel.close()
            }
            for await count in listener.ends {
                #expect(count == nil || count == total)
                break
            }
        }
    }

    @Test func `a change goes on though the connection of its client breaks`() async throws {
        try await withTLSIdentity { identity in
            try await withListener(tls: identity) { listener in
                for version in ["--http1.1", "--http2"] {
                    let client = try ChildProcess(
                        URL(filePath: "/usr/bin/curl"),
                        ["--silent", "--insecure", "--noproxy", "*", version, "--data", "x", listener.url("/change")])
                    for await _ in listener.slowRequests { break }
                    client.signal(SIGKILL)
                    client.waitUntilExit()
                    for await _ in listener.ends { break }
                }
            }
        }
    }
}
