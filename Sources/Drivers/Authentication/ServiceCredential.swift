/// What the platform proves itself with to one service. Its descriptions never show the password.
package enum ServiceCredential: Sendable, Hashable {
    case none
    case platformToken
    case password(username: String, password: String)
}

extension ServiceCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .none: "none"
        case .platformToken: "platform token"
        case .password(let username, _): "password of \(username)"
        }
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
