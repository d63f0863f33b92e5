import ArgumentParser

/// How much of a long list is wanted.
struct ListArguments: ParsableArguments {
    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 50

    @Flag(help: "All there are.")
    var all = false

    /// `nil` for all.
    var bound: Int? { all ? nil : limit }

    func validate() throws {
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit must be 1 to 1000000.") }
    }
}
