/// What a test of an endpoint and a credential found, before anything is saved.
package struct ConnectionCheck: Codable, Equatable, Sendable {
    package var reachable: Bool
    package var authenticated: Bool
    package var version: String?
    /// What to tell the person who asked; says what to do when it did not work.
    package var message: String

    package init(reachable: Bool, authenticated: Bool, version: String?, message: String) {
        self.reachable = reachable
        self.authenticated = authenticated
        self.version = version
        self.message = message
    }
}
