package import AgentIdentity
import Foundation
import Synchronization

/// An agent's keys: the one that it is known by, and while it changes, the one that it is to be known by.
///
/// The order of its steps makes it safe to end at any moment: a new key is on the disk before the platform hears of it,
/// and as long as the platform may know either, both are kept. Which of the two it knows is found out by dialling.
package final class KeyStore: Sendable {
    package enum Which: Sendable, Equatable {
        case current
        case next
    }

    private struct Keys {
        var current: AgentKeyPair
        var next: AgentKeyPair?
        /// The files still say otherwise: the disk did not take the change.
        var isUnsaved = false
    }

    package let folder: StateFolder
    private let keys: Mutex<Keys>

    /// Makes the folder and a key where there are none.
    /// - Throws: `AgentKeyPair.FileError`.
    package init(_ folder: StateFolder) throws {
        self.folder = folder
        try folder.prepare()
        let next = try AgentKeyPair.read(folder.nextKey)
        keys = Mutex(Keys(current: try AgentKeyPair.load(from: folder.key), next: next))
    }

    package var current: AgentKeyPair { keys.withLock { $0.current } }
    package var hasNext: Bool { keys.withLock { $0.next != nil } }

    /// - Returns: `nil` when there is none.
    package func key(_ which: Which) -> AgentKeyPair? {
        keys.withLock { which == .current ? $0.current : $0.next }
    }

    /// The key that is to come, on the disk: the one of a change that was begun already, or a new one.
    /// - Throws: `AgentKeyPair.FileError`; nothing has changed then.
    package func prepareNext() throws -> AgentKeyPair {
        try settle()
        return try keys.withLock { keys in
            if let next = keys.next { return next }
            let made = AgentKeyPair()
            try made.save(to: folder.nextKey, replacing: true)
            keys.next = made
            return made
        }
    }

    /// The platform has not taken the new key, and never will: it has been told of it only by who was refused.
    package func discardNext() {
        keys.withLock { keys in
            guard keys.next != nil, !keys.isUnsaved else { return }
            keys.next = nil
            unlink(folder.nextKey.path)
        }
    }

    /// The platform knows the new key, and the old one no more.
    ///
    /// From here on the new one is used, whatever the disk says: what is there is enough to find out again. `settle()`
    /// brings the disk after it.
    /// - Returns: whether there was one.
    package func promoteNext() -> Bool {
        keys.withLock { keys in
            guard let next = keys.next else { return false }
            keys = Keys(current: next, next: nil, isUnsaved: true)
            return true
        }
    }

    /// Brings the files up to what is known, if they are not.
    /// - Throws: `AgentKeyPair.FileError`.
    package func settle() throws {
        try keys.withLock { keys in
            guard keys.isUnsaved else { return }
            if let left = try AgentKeyPair.read(folder.nextKey), left.fingerprint == keys.current.fingerprint {
                // Takes no room, which a full disk has not.
                try AgentKeyPair.move(folder.nextKey, to: folder.key)
            } else {
                try keys.current.save(to: folder.key, replacing: true)
            }
            keys.isUnsaved = false
        }
    }
}
