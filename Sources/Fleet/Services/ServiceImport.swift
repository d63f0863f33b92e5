/// What became of a CSV file of services.
package struct ImportResult: Codable, Sendable {
    package var imported: Int
    package var failed: [ImportFailure]
    /// How many lines failed, those included that are too many to be listed.
    package var failedTotal: Int

    package init(imported: Int, failed: [ImportFailure], failedTotal: Int) {
        self.imported = imported
        self.failed = failed
        self.failedTotal = failedTotal
    }
}

/// One line that was not imported.
package struct ImportFailure: Codable, Equatable, Sendable {
    /// Counted from 1, the header being line 1; the line the row begins on.
    package var line: Int
    /// The column's name; empty when the whole row is meant.
    package var column: String
    package var reason: String

    package init(line: Int, column: String, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }
}

/// The columns of the services' CSV, in the reference product's words.
package enum ServiceCSVColumn: String, CaseIterable, Sendable {
    case category
    case name
    case nodeType
    case endpoint
    case scheme
    case tagName

    /// What `nodeType` holds.
    package static let directNodeType = "Direct"
    package static let agentNodeType = "Agent"

    package static func nodeType(of endpoint: ServiceEndpoint) -> String {
        endpoint.connection == .agent ? agentNodeType : directNodeType
    }

    /// Between the names of several tags in `tagName`.
    package static let tagSeparator: Character = ";"
}
