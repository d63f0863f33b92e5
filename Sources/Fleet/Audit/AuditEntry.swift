/// One line of the audit log.
package struct AuditEntry: Codable, Equatable, Sendable {
    package enum Result: String, Codable, Sendable, CaseIterable {
        case succeeded
        case failed
        case denied
    }

    /// Position in the chain, from 1, without gaps.
    package var sequence: Int64
    package var at: Timestamp
    /// Dotted noun and verb: `service.create`.
    package var operation: String
    package var result: Result
    package var actor: Actor
    package var target: Target
    package var orgId: Identifier<Organization>?
    package var projectId: Identifier<Project>?
    /// What changed, in words; never a secret.
    package var detail: String
    /// Hash of this entry over its fields and the previous entry's hash, SHA-256 in hex.
    package var hash: String

    package struct Actor: Codable, Equatable, Sendable {
        /// `nil` for the platform itself and for failed sign-ins.
        package var userId: Identifier<User>?
        package var email: String
        /// The API token used, if any.
        package var tokenId: Identifier<APIToken>?
        /// Address the request came from.
        package var address: String

        package init(userId: Identifier<User>?, email: String, tokenId: Identifier<APIToken>?, address: String) {
            self.userId = userId
            self.email = email
            self.tokenId = tokenId
            self.address = address
        }
    }

    package struct Target: Codable, Equatable, Sendable {
        /// The noun: `service`, `tag`, `user`, ...
        package var type: String
        package var id: String
        package var name: String

        package init(type: String, id: String, name: String) {
            self.type = type
            self.id = id
            self.name = name
        }
    }

    package init(
        sequence: Int64, at: Timestamp, operation: String, result: Result, actor: Actor, target: Target,
        orgId: Identifier<Organization>?, projectId: Identifier<Project>?, detail: String, hash: String
    ) {
        self.sequence = sequence
        self.at = at
        self.operation = operation
        self.result = result
        self.actor = actor
        self.target = target
        self.orgId = orgId
        self.projectId = projectId
        self.detail = detail
        self.hash = hash
    }
}

/// Which entries are meant; every part that is set must hold.
package struct AuditFilter: Equatable, Sendable {
    /// The noun before the dot of `operation`.
    package var type: String?
    package var operation: String?
    /// Part of the operator's e-mail address.
    package var operatorEmail: String?
    package var orgId: Identifier<Organization>?
    package var projectId: Identifier<Project>?
    package var targetId: String?
    package var result: AuditEntry.Result?
    package var from: Timestamp?
    package var until: Timestamp?

    package init(
        type: String? = nil, operation: String? = nil, operatorEmail: String? = nil,
        orgId: Identifier<Organization>? = nil, projectId: Identifier<Project>? = nil, targetId: String? = nil,
        result: AuditEntry.Result? = nil, from: Timestamp? = nil, until: Timestamp? = nil
    ) {
        self.type = type
        self.operation = operation
        self.operatorEmail = operatorEmail
        self.orgId = orgId
        self.projectId = projectId
        self.targetId = targetId
        self.result = result
        self.from = from
        self.until = until
    }
}
