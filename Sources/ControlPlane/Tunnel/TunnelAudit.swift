import Fleet
import Logging
import ServiceLifecycle
import Synchronization

/// Tells the audit log what was asked of services through the tunnel, other than reading.
///
/// Entries are written some at a time, a moment after: a proxied request does not wait for the store. Ending the process
/// by force may lose the last quarter of a second.
final class TunnelAudit: Sendable {
    private struct Note {
        let event: AuditEvent
        let actor: AuditEntry.Actor
    }

    private struct State {
        var notes: [Note] = []
        /// Beyond the bound; the log says how many.
        var dropped = 0
    }

    private static let maximumWaiting = 10_000
    private static let writtenAtOnce = 500

    private let context: ControlPlaneContext
    private let recorder: AuditRecorder
    private let state = Mutex(State())

    init(context: ControlPlaneContext, recorder: AuditRecorder) {
        self.context = context
        self.recorder = recorder
    }

    func note(_ detail: String, result: AuditEntry.Result, name: String, in access: ServiceAccess) {
        let caller = access.caller
        let note = Note(
            event: AuditEvent(
                operation: "service.request",
                target: .init(type: "service", id: access.serviceId.rawValue, name: name),
                orgId: access.project.orgId, projectId: access.project.projectId, detail: detail, result: result),
            actor: AuditEntry.Actor(
                userId: caller.principal.userId, email: caller.principal.email, tokenId: caller.principal.token?.id,
                address: caller.address))
        state.withLock { state in
            guard state.notes.count < Self.maximumWaiting else { return state.dropped += 1 }
            state.notes.append(note)
        }
    }

    /// Writes what waits. What can't be written waits on.
    func flush() async throws {
        while true {
            let (notes, dropped) = state.withLock { state in
                defer { state.dropped = 0 }
                return (Array(state.notes.prefix(Self.writtenAtOnce)), state.dropped)
            }
            guard !notes.isEmpty else { return }
            do {
                try await context.write { [recorder] session in
                    for note in notes { try recorder.record(note.event, by: note.actor, in: session) }
                    if dropped > 0, let last = notes.last {
                        var event = last.event
                        event.detail = "\(dropped) further requests were too many to be listed"
                        try recorder.record(event, by: last.actor, in: session)
                    }
                }
                // Only this loop takes from the front.
                state.withLock { $0.notes.removeFirst(notes.count) }
            } catch {
                state.withLock { $0.dropped += dropped }
                throw error
            }
        }
    }
}

/// Flushes the tunnel's part of the audit log for as long as the control plane lives.
struct TunnelAuditWriter: Service {
    private static let interval = Duration.milliseconds(250)

    let audit: TunnelAudit
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await flush()
                // Ends early only by cancellation.
                try? await Task.sleep(for: Self.interval)
            }
        }
        await flush()
    }

    private func flush() async {
        do { try await audit.flush() } catch is CancellationError {} catch {
            logger.error("the tunnel's audit can't be written", metadata: ["error": "\(error)"])
        }
    }
}
