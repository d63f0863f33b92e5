import AgentIdentity
import Fleet
import Foundation
import Logging
import NIOCore
import Synchronization
import Transport

/// What a running agent is made of, once it has a key.
struct AgentParts: Sendable {
    let keys: KeyStore
    let platform: PlatformClient
    let targets: AgentTargets
    let board: StatusBoard
    let profile: @Sendable () -> AgentProfile
    /// Of timers.
    let loop: any EventLoop
    let logger: Logger

    /// From now on the agent is known by the key that was to come.
    func promoteNextKey() {
        guard keys.promoteNext() else { return }
        let fingerprint = keys.current.fingerprint.description
        board.note(fingerprint: fingerprint)
        logger.notice("the platform knows the agent by its new key", metadata: ["fingerprint": "\(fingerprint)"])
        settleKeys()
    }

    /// Brings the key's files up to date, if they are not.
    func settleKeys() {
        do {
            try keys.settle()
        } catch {
            logger.error("the new key is used, but its file is still the old one", metadata: ["reason": "\(error)"])
        }
    }

    /// Keeps what the platform has said, so that `status` can tell it after a restart. The agent does without.
    func keep(_ enrolled: EnrolledAgent) {
        board.note(agent: enrolled.agentId)
        do {
            try PlacedFile.write(
                try JSONEncoder().encode(enrolled), to: keys.folder.enrolment.path, mode: 0o600, isFolderOwners: true)
        } catch {
            logger.debug("the answer of enrolling is not kept", metadata: ["reason": "\(error)"])
        }
    }
}

extension AgentParts {
    /// What is known from before the program was started.
    func restoreStatus() {
        board.note(fingerprint: keys.current.fingerprint.description)
        guard let data = try? Data(contentsOf: keys.folder.enrolment),
            let enrolled = try? JSONDecoder().decode(EnrolledAgent.self, from: data)
        else { return }
        board.note(agent: enrolled.agentId)
    }
}
