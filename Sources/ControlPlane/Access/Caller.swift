package import Fleet
import Store

/// Who asks and from where; made by authenticating only.
package struct Caller: Sendable {
    /// A browser's session.
    package struct Session: Sendable {
        let secretHash: String
        package let csrfToken: String
    }

    package let principal: Principal
    package let user: User
    /// `nil` for API tokens.
    package let session: Session?
    /// The address the request came from.
    package let address: String
    /// Set for a request with an idempotency key.
    var claim: IdempotencyClaim?
}

/// What a request proves its sender with.
package enum Credential: Sendable {
    case session(secret: String)
    case token(secret: String)
}

/// Proof that a permission was checked on the platform as a whole.
package struct PlatformAccess: Sendable {
    package let caller: Caller
}

/// Proof that a permission was checked on an organization.
package struct OrganizationAccess: Sendable {
    package let caller: Caller
    package let orgId: Identifier<Organization>
}

/// Proof that a permission was checked on a project.
package struct ProjectAccess: Sendable {
    package let caller: Caller
    package let projectId: Identifier<Project>
    package let orgId: Identifier<Organization>
}

/// Proof that a permission was checked on a service's project.
package struct ServiceAccess: Sendable {
    package let project: ProjectAccess
    package let serviceId: Identifier<EdgeService>

    package var caller: Caller { project.caller }
}
