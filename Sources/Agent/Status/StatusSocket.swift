package import Foundation
package import NIOCore
import NIOPosix
import Synchronization

/// What may be asked of a running agent on its own machine.
package enum StatusQuestion: String, Sendable, CaseIterable {
    case status
    case rotateKey = "rotate-key"
}

/// A Unix socket in the agent's state folder, for its owner alone: one question, in a line, and one JSON document as the
/// answer.
package struct StatusSocket: Sendable {
    /// The system takes no longer path.
    static let longestPath = 100
    /// Who has not asked by then, or asks for what takes longer, is let go.
    static let patience = TimeAmount.seconds(100)
    /// Who come while so many are there are turned away.
    private static let mostAtOnce = 8
    private static let longestQuestion = 64

    private let path: String
    private let group: any EventLoopGroup
    private let answer: @Sendable (StatusQuestion) async -> Data

    package init(
        at file: URL, group: any EventLoopGroup, answer: @escaping @Sendable (StatusQuestion) async -> Data
    ) {
        path = file.path
        self.group = group
        self.answer = answer
    }

    /// Answers until its task is cancelled.
    /// - Throws: when the socket can't be made.
    package func run() async throws {
        guard path.utf8.count <= Self.longestPath else {
            throw StatusSocketFailure("the path \(path) is too long for a socket")
        }
        let listener = try await listen()
        defer { unlink(path) }
        let guests = Guests()
        try await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { tasks in
                for try await connection in connections {
                    tasks.addTask {
                        defer { guests.count.subtract(1, ordering: .relaxed) }
                        let isWelcome = guests.count.add(1, ordering: .relaxed).newValue <= Self.mostAtOnce
                        // How it went is seen at the other end.
                        try? await serve(connection, isWelcome: isWelcome)
                    }
                }
            }
        }
    }

    private final class Guests: Sendable { let count = Atomic(0) }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Under another name first: nobody else may ask, not even for a moment, and what an agent that was killed has left
    /// is replaced.
    private func listen() async throws -> NIOAsyncChannel<Connection, Never> {
        let draft = path + ".new"
        let listener = try await ServerBootstrap(group: group)
            .bind(unixDomainSocketPath: draft, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
        guard chmod(draft, 0o600) == 0, rename(draft, path) == 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            try await listener.channel.close()
            throw StatusSocketFailure("the socket \(path) can't be made: \(reason)")
        }
        return listener
    }

    private func serve(_ connection: Connection, isWelcome: Bool) async throws {
        let channel = connection.channel
        let alarm = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        defer { alarm.cancel() }
        try await connection.executeThenClose { inbound, outbound in
            guard isWelcome, let question = try await question(inbound) else { return }
            try await outbound.write(ByteBuffer(bytes: await answer(question) + Data("\n".utf8)))
        }
    }

    private func question(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> StatusQuestion? {
        var line = ""
        for try await piece in inbound {
            line += String(buffer: piece)
            if line.contains("\n") || line.utf8.count > Self.longestQuestion { break }
        }
        return StatusQuestion(rawValue: line.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

/// Why there is no status, in words.
package struct StatusSocketFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
