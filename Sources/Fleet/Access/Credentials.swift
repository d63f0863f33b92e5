import Foundation

/// What a new password must be.
package enum PasswordPolicy {
    package static let length = 10...128

    /// NIST SP 800-63B in spirit: length counts, composition rules do not; but not the account's own name, and not one
    /// character over and over.
    /// - Throws: `.invalidInput` for `field`, never with the password in it.
    package static func check(_ password: String, email: String, field: String = "password") throws {
        guard password.count >= length.lowerBound else {
            throw EdgewrightError.invalid(field, "must have at least \(length.lowerBound) characters")
        }
        guard password.count <= length.upperBound, password.utf8.count <= 512 else {
            throw EdgewrightError.invalid(field, "must have at most \(length.upperBound) characters")
        }
        guard Set(password).count >= 4 else {
            throw EdgewrightError.invalid(field, "must have at least 4 different characters")
        }
        let folded = password.lowercased()
        let account = email.lowercased()
        guard folded != account, folded != account.prefix(while: { $0 != "@" }) else {
            throw EdgewrightError.invalid(field, "must not be the account's own name")
        }
        guard !commonPasswords.contains(folded) else {
            throw EdgewrightError.invalid(field, "is one of the most used passwords")
        }
    }

    /// Those of ten characters and more that head every published list.
    private static let commonPasswords: Set<String> = [
        "1234567890", "12345678910", "0123456789", "0987654321", "qwertyuiop", "qwerty12345", "password12",
        "password123", "password1234", "passw0rd123", "adminadmin", "admin12345", "administrator", "letmein123",
        "welcome123", "iloveyou123", "changeme123", "1q2w3e4r5t", "1qaz2wsx3edc", "abcdefghij", "abcd123456",
    ]
}

/// An account's e-mail address, lower case: enough of RFC 5321's form to catch a slip.
package enum EmailAddress {
    package static func check(_ text: String, field: String = "email") throws -> String {
        let address = text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = address.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 32 && $0.value < 127 }
        guard isPlain, address.utf8.count <= 254, parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
            !parts[1].hasPrefix("."), !parts[1].hasSuffix("."), !address.contains(where: { "<>,;:\"\\ ".contains($0) })
        else {
            throw EdgewrightError.invalid(field, "is not an e-mail address such as name@example.com")
        }
        return address
    }
}

/// Body of signing in.
package struct SignInRequest: Codable, Sendable {
    package var email: String
    package var password: String

    package init(email: String, password: String) {
        self.email = email
        self.password = password
    }
}

/// Answer to signing in; the session itself is in the cookie.
package struct SignedIn: Codable, Sendable {
    package var user: User
    /// Goes back as `X-CSRF-Token` with every request that changes something.
    package var csrfToken: String

    package init(user: User, csrfToken: String) {
        self.user = user
        self.csrfToken = csrfToken
    }
}

/// Who one is, and where one may do what.
package struct Me: Codable, Sendable {
    package var user: User
    package var grants: [Grant]
    /// Present for a browser's session.
    package var csrfToken: String?
    /// Present for an API token.
    package var token: APIToken?

    package init(user: User, grants: [Grant], csrfToken: String? = nil, token: APIToken? = nil) {
        self.user = user
        self.grants = grants
        self.csrfToken = csrfToken
        self.token = token
    }
}

/// A bearer token for programs, without its secret.
package struct APIToken: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...100)
    package static let lifetimeDays = 1...3650

    package var id: Identifier<APIToken>
    package var name: String
    /// Limited to this project, if any.
    package var projectId: Identifier<Project>?
    package var readOnly: Bool
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var lastUsedAt: Timestamp?

    package init(
        id: Identifier<APIToken>, name: String, projectId: Identifier<Project>?, readOnly: Bool, createdAt: Timestamp,
        expiresAt: Timestamp?, lastUsedAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.projectId = projectId
        self.readOnly = readOnly
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }
}

package struct CreateTokenRequest: Codable, Sendable {
    package var name: String
    /// Days from now; absent means that it does not expire.
    package var expiresInDays: Int?
    package var projectId: Identifier<Project>?
    package var readOnly: Bool?

    package init(
        name: String, expiresInDays: Int? = nil, projectId: Identifier<Project>? = nil, readOnly: Bool? = nil
    ) {
        self.name = name
        self.expiresInDays = expiresInDays
        self.projectId = projectId
        self.readOnly = readOnly
    }
}

/// The one time that a token's secret is shown.
package struct CreatedToken: Codable, Sendable {
    package var id: Identifier<APIToken>
    package var token: String
    package var name: String
    package var expiresAt: Timestamp?

    package init(id: Identifier<APIToken>, token: String, name: String, expiresAt: Timestamp?) {
        self.id = id
        self.token = token
        self.name = name
        self.expiresAt = expiresAt
    }
}
