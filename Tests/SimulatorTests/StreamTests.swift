import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Simulator
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    /// Reads a service's streaming log until so many events have come; then goes.
    private func events(
        _ world: ServiceWorld, _ count: Int, then: (ServiceWorld) async throws -> Void = { _ in }
    ) async throws -> [String] {
        let answer = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: world.api.url + "/api/stream/log"), timeout: .seconds(10))
        #expect(answer.status == .ok)
        #expect(answer.headers.first(name: "content-type") == "text/event-stream")
        var text = ""
        for try await part in answer.body {
            text += String(buffer: part)
            guard text.components(separatedBy: "\n\n").count > count else { continue }
            // While the connection is still there.
            try await then(world)
            break
        }
        return text.components(separatedBy: "\n\n").dropLast().map(\.self)
    }

    @Test func `the log comes line by line, as server-sent events`() async throws {
        try await withService { world in
            let events = try await events(world, 6)
            #expect(events.count >= 6)
            for event in events {
                // As the reference's example: when, who, how bad, what.
                #expect(
                    event.wholeMatch(of: /data: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \w+\[1\]: level=info msg=".*" .*/)
                        != nil,
                    "\(event)")
            }
            let programs = Set(events.compactMap { $0.firstMatch(of: /Z (\w+)\[/)?.1 })
            #expect(programs == ["neuronex", "neuron", "ekuiper"])
        }
    }

    @Test func `the first line comes at once, however long the next takes`() async throws {
        try await withService(logInterval: .seconds(3600)) { world async throws in
            #expect(try await events(world, 1).count == 1)
        }
    }

    @Test func `who reads the log is listed as long as they do`() async throws {
        try await withService { world in
            _ = try await events(world, 1) { world in
                let clients = try await world.api.get("/api/stream/clients").expect(200).list
                #expect((clients.first?["clientAddress"] as? String)?.hasPrefix("127.0.0.1:") == true)
            }
            _ = try await world.api.poll("/api/stream/clients") { $0.text == "[]" }
        }
    }

    @Test func `a stream ends when the service goes away or restarts`() async throws {
        for isRestart in [true, false] {
            try await withService { world in
                let ended = try await withRawConnection(port: world.fleet.addresses.ports[0]) { connection in
                    try await connection.send("GET /api/stream/log HTTP/1.1\r\nHost: x\r\n\r\n")
                    _ = try await connection.read(until: "data: ")
                    if isRestart {
                        world.fleet.fleet.restart(0)
                    } else {
                        _ = try await world.faults(["offline": true]).expect(200)
                    }
                    return try await connection.readToEnd()
                }
                #expect(ended.hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    // MARK: WebSocket

    private func handshake(_ path: String, _ fields: String = "") -> String {
        """
        GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(fields)\r\n
        """
    }

    @Test func `a WebSocket sends every message back`() async throws {
        try await withService { world in
            let told = try await withRawConnection(port: world.fleet.addresses.ports[0]) { connection in
                try await connection.send(handshake("/api/ws/echo"))
                let head = try await connection.read(until: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 101"))
                // "hello" as a client masks it, with a mask of zeros.
                try await connection.send([0x81, 0x85, 0, 0, 0, 0] + Array("hello".utf8))
                return try await connection.read(until: "hello")
            }
            #expect(told.hasSuffix("hello"))
        }
    }

    @Test func `a WebSocket is refused without a token, and where there is none`() async throws {
        try await withService(.init(takesPasswords: true)) { world in
            let port = world.fleet.addresses.ports[0]
            let token = try await world.api.post("/api/login", ["name": "admin", "password": "0000"])["token"]
            for (path, fields, status) in [
                ("/api/ws/echo", "", "401"), ("/api/version", "Authorization: Bearer \(token)\r\n", "200"),
                ("/api/ws/echo", "Authorization: Bearer \(token)\r\n", "101"),
            ] {
                let head = try await withRawConnection(port: port) { connection in
                    try await connection.send(handshake(path, fields))
                    return try await connection.read(until: "\r\n\r\n")
                }
                #expect(head.hasPrefix("HTTP/1.1 \(status)"), "\(path): \(head)")
            }
        }
    }
}
