import Fleet
import Store

/// Makes the first system admin of an empty installation.
package struct FirstAdministrator: Sendable {
    let context: ControlPlaneContext
    let passwords: PasswordHashing
    let recorder: AuditRecorder

    /// What was made; `password` only when it was generated, to be shown once.
    package struct Made: Sendable {
        package let email: String
        package let password: String?
    }

    /// Does nothing when there are accounts already.
    /// - Parameter password: `nil` to have one generated.
    package func ensure(email: String, password: String?) async throws -> Made? {
        guard try await context.read({ try $0.countUsers() }) == 0 else { return nil }
        let address = try EmailAddress.check(email, field: "EDGEWRIGHT_ADMIN_EMAIL")
        let chosen = password ?? Secret.make(prefix: "")
        try PasswordPolicy.check(chosen, email: address, field: "EDGEWRIGHT_ADMIN_PASSWORD")
        let hash = try await passwords.hash(chosen)
        let user = User(
            id: context.makeIdentifier(), email: address, name: "Administrator", systemAdmin: true, disabled: false,
            createdAt: context.now(), lastSignInAt: nil)
        let made = try await context.write { session -> Bool in
            // Another process may have been first.
            guard try session.countUsers() == 0 else { return false }
            try session.insertUser(user, passwordHash: hash, home: nil)
            let actor = AuditEntry.Actor(userId: nil, email: "edgewright", tokenId: nil, address: "")
            let event = AuditEvent(operation: "user.create", target: .init(user), detail: "first system admin")
            try recorder.record(event, by: actor, in: session)
            return true
        }
        return made ? Made(email: address, password: password == nil ? chosen : nil) : nil
    }
}
