package import Foundation

/// Who may use a fleet's services. Without keys and passwords everybody may.
package struct SimulatedAuthenticationConfiguration: Sendable {
    /// Users sign in with name and password.
    package var takesPasswords: Bool
    /// The first user of every service.
    package var username: String
    package var password: String
    /// Public keys in PEM by the whole name of their file, which is the `iss` of the tokens they check.
    package var publicKeys: [String: String]
    /// A folder of such files, as NeuronEX's `etc`; looked into again when a token names a file that was not there.
    package var keyFolder: URL?

    package init(
        takesPasswords: Bool = false, username: String = "admin", password: String = "0000",
        publicKeys: [String: String] = [:], keyFolder: URL? = nil
    ) {
        self.takesPasswords = takesPasswords
        self.username = username
        self.password = password
        self.publicKeys = publicKeys
        self.keyFolder = keyFolder
    }

    package static let none = SimulatedAuthenticationConfiguration()

    var isOn: Bool { takesPasswords || !publicKeys.isEmpty || keyFolder != nil }
}
