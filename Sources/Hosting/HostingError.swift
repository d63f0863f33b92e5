/// Why a host did not do what was asked of it.
package struct HostingError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// No connection, a broken one, or no answer in time.
        case unreachable
        /// The engine, or the registry it asked, does not accept who we are.
        case refused
        case imageNotFound
        /// A port of the host belongs to something else.
        case portTaken(Int)
        case nameTaken
        case noSpace
        /// What was to be changed is not there.
        case notFound
        /// The engine does not accept what was asked for, and never will.
        case invalid
        /// The engine failed; it may work the next time.
        case failed
    }

    package let kind: Kind
    /// A sentence fragment for a person: "port 8085 is taken by container press-line".
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }

    /// Whether asking again may help without anybody doing anything.
    package var mayPass: Bool {
        switch kind {
        case .unreachable, .noSpace, .failed: true
        case .refused, .imageNotFound, .portTaken, .nameTaken, .notFound, .invalid: false
        }
    }
}
