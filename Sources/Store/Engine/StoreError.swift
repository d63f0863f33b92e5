/// Why the store did not do what it was asked.
package struct StoreError: Error, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// A UNIQUE index says no; its name.
        case uniqueViolation(index: String)
        case foreignKeyViolation
        case checkViolation
        /// Text that can't be kept, because it holds a NUL.
        case invalidText
        /// No connection, or none free in time.
        case unavailable
        /// Another transaction was in the way, more often than was worth waiting for.
        case busy
        /// What is stored is not what this version wrote.
        case corrupt
        /// The schema can't be brought to this version.
        case migration
        case other
    }

    package let kind: Kind
    package let message: String
    package let cause: (any Error)?

    package init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    package var description: String { message + (cause.map { ": \($0)" } ?? "") }

    /// Whether this is the violation of the UNIQUE index of that name.
    package func violates(_ index: String) -> Bool { kind == .uniqueViolation(index: index) }
}
