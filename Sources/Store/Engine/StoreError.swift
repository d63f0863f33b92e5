/// Why a transaction or the store as a whole failed; the same kinds for both engines.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// A UNIQUE index or primary key refused the row; ask `violates(_:)` which.
        ///
        /// `constraint` is the index's name; the primary key of table `t` is `t_pkey`.
        case uniqueViolation(constraint: String)
        /// A row refers to one that does not exist, or is still referred to.
        case foreignKeyViolation
        /// A CHECK or a NOT NULL refused the row.
        case checkViolation
        /// Text with a NUL character, which can't be stored.
        case invalidText
        /// No connection: lost, refused, none free in time, or the disk is full or failing.
        case unavailable
        /// Others hold locks, or changed what this transaction had read.
        case busy
        /// The file is damaged, or a column does not hold what the query expects.
        case corrupt
        /// The schema of the database and the migrations of this program don't fit together.
        case migration
        /// A defect in a query or in the use of the store.
        case other
    }

    package let kind: Kind
    /// Says what failed, in the engine's own words; never holds a password, nor the row that was refused.
    package let message: String
    package let cause: (any Error)?
    /// The transaction left no trace, and running it again may succeed.
    let isTransient: Bool
    /// Every name the violated UNIQUE constraint answers to.
    private let constraintNames: [String]

    package init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
        self.init(kind, message, cause: cause, isTransient: false)
    }

    init(_ kind: Kind, _ message: String, cause: (any Error)? = nil, isTransient: Bool) {
        self.kind = kind
        self.message = message
        self.cause = cause
        self.isTransient = isTransient
        constraintNames = []
    }

    init(uniqueViolationOf names: [String], _ message: String, cause: (any Error)? = nil) {
        kind = .uniqueViolation(constraint: names.first ?? "")
        self.message = message
        self.cause = cause
        isTransient = false
        constraintNames = names
    }

    /// Whether the row was refused by the UNIQUE index of this name, on either engine.
    ///
    /// `t_pkey` names the primary key of table `t`, `t_a_b_key` an unnamed `UNIQUE (a, b)` of it.
    package func violates(_ name: String) -> Bool { constraintNames.contains(name) }

    package var description: String {
        "\(kind): \(message)" + (cause.map { " (caused by \($0))" } ?? "")
    }
}
