/// Of many who need the same thing at once, one gets it and the others wait for it.
actor SingleFlight<Key: Hashable & Sendable, Value: Sendable> {
    private var flights: [Key: Task<Value, any Error>] = [:]

    /// - Parameter work: must end within bounded time, and goes on when whoever began it is cancelled: others wait for
    ///   it. It keeps what it got where the next caller looks first.
    func run(_ key: Key, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        if let flight = flights[key] { return try await flight.value }
        let flight = Task { try await work() }
        flights[key] = flight
        // Only who began it ends it, so nobody removes a later flight.
        defer { flights[key] = nil }
        return try await flight.value
    }
}
