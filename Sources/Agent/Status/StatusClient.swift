package import Foundation
import NIOCore
import NIOPosix

/// Asks the agent that runs with a state folder.
package struct StatusClient: Sendable {
    private static let longestAnswer = 1 << 20

    private let path: String

    package init(_ folder: StateFolder) { path = folder.statusSocket.path }

    /// - Returns: `nil` when no agent runs there.
    /// - Throws: `StatusSocketFailure`.
    package func ask(_ question: StatusQuestion) async throws -> Data? {
        guard path.utf8.count <= StatusSocket.longestPath else {
            throw StatusSocketFailure("The path \(path) is too long for a socket: the agent there can't be asked.")
        }
        let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError {
            // Nobody was ever there, or was killed.
            if error.errnoCode == ENOENT || error.errnoCode == ECONNREFUSED { return nil }
            let reason = String(cString: strerror(error.errnoCode)).lowercased()
            throw StatusSocketFailure("\(path): \(reason). Ask as the user that the agent runs as, or as root.")
        }
        return try await answer(to: question, on: channel)
    }

    private func answer(
        to question: StatusQuestion, on channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    ) async throws -> Data {
        let socket = channel.channel
        let alarm = socket.eventLoop.scheduleTask(in: StatusSocket.patience) { socket.close(promise: nil) }
        defer { alarm.cancel() }
        var answer = Data()
        do {
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: question.rawValue + "\n"))
                for try await piece in inbound where answer.count < Self.longestAnswer {
                    answer.append(contentsOf: piece.readableBytesView)
                }
            }
        } catch {
            throw StatusSocketFailure("The agent broke off its answer.")
        }
        guard !answer.isEmpty else { throw StatusSocketFailure("The agent did not answer.") }
        return answer
    }
}
