import Foundation

/// A connection that waits for notifications on its own thread.
actor PostgresListeningConnection {
    /// How long the line may be silent before the server is asked for a sign of life.
    private static let silence: CInt = 30_000

    private nonisolated let thread = SerialThread(label: "store.postgres.listen")
    private nonisolated let bell: WakeUpBell
    private var link: PostgresLink?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init() throws {
        bell = try WakeUpBell()
    }

    static func open(_ settings: PostgresSettings, _ channels: [String]) async throws -> PostgresListeningConnection {
        let connection = try PostgresListeningConnection()
        try await connection.listen(settings, channels)
        return connection
    }

    private func listen(_ settings: PostgresSettings, _ channels: [String]) throws {
        let link = try PostgresLink(settings)
        for channel in channels { try link.run(command: "LISTEN \(link.quoted(name: channel))") }
        self.link = link
    }

    /// - Throws: `CancellationError`, or `StoreError` when the connection is lost.
    nonisolated func next() async throws -> DatabaseNotification {
        try await withTaskCancellationHandler {
            try await waitForNext()
        } onCancel: {
            bell.ring()
        }
    }

    private func waitForNext() throws -> DatabaseNotification {
        guard let link else { throw StoreError(.unavailable, "The connection is closed.") }
        while true {
            try Task.checkCancellation()
            if let told = link.nextNotification() { return .told(channel: told.channel, payload: told.payload) }
            if try waitForInput(link) {
                try link.consumeInput()
            } else {
                try link.run(command: "SELECT 1")
            }
        }
    }

    /// - Returns: false when nothing came for as long as the line may be silent.
    private func waitForInput(_ link: PostgresLink) throws -> Bool {
        var descriptors = [
            pollfd(fd: link.socket, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&descriptors, nfds_t(descriptors.count), Self.silence)
        guard ready >= 0 || errno == EINTR || errno == EAGAIN else {
            throw StoreError(.unavailable, "Waiting for notifications failed: \(String(cString: strerror(errno)))")
        }
        return ready != 0
    }
}

/// A pipe that ends the wait of another thread.
private final class WakeUpBell: Sendable {
    /// Readable once the bell was rung.
    let descriptor: CInt
    private let button: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw StoreError(.unavailable, "There is no pipe to be had: \(String(cString: strerror(errno)))")
        }
        (descriptor, button) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(descriptor)
        close(button)
    }

    /// It is rung once, and a pipe always has room for one byte.
    func ring() {
        var byte: UInt8 = 1
        _ = write(button, &byte, 1)
    }
}
