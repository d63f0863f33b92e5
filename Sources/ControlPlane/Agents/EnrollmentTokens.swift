package import Fleet
import Store

/// What lets agents join projects by themselves.
package struct EnrollmentTokens: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder

    package func listEnrollmentTokens(_ page: PageRequest, in access: ProjectAccess) async throws
        -> Page<EnrollmentToken>
    {
        let now = context.now()
        var page = try await context.read { try $0.enrollmentTokens(in: access.projectId, page) }
        page.items = page.items.map { token in
            var token = token
            token.state = token.state(at: now)
            return token
        }
        return page
    }

    /// - Returns: the token, and its secret, which is not kept.
    package func createEnrollmentToken(
        _ request: CreateEnrollmentTokenRequest, in access: ProjectAccess
    ) async throws -> (token: EnrollmentToken, secret: String) {
        let token = try validated(request, in: access)
        let secret = Secret.make(prefix: "ewe_")
        try await context.change { session in
            try session.insertEnrollmentToken(token, secretHash: Secret.hash(secret))
            let uses = token.maximumUses == 1 ? "one agent" : "\(token.maximumUses) agents"
            let event = event("enrollment-token.create", token, in: access, "for \(uses), until \(token.expiresAt)")
            try recorder.record(event, by: access.caller, in: session)
        }
        return (token, secret)
    }

    private func validated(
        _ request: CreateEnrollmentTokenRequest, in access: ProjectAccess
    ) throws -> EnrollmentToken {
        var validation = Validation()
        let name = try validation.check { try EnrollmentToken.nameRule.check(request.name) }
        let tags = try validation.check { try TagName.checkSet(request.tags ?? []) }
        let hours = request.expiresInHours ?? EnrollmentToken.defaultLifetimeHours
        let uses = request.maximumUses ?? EnrollmentToken.defaultUses
        if !EnrollmentToken.lifetimeHours.contains(hours) {
            validation.fail("expiresInHours", "must be 1 to \(EnrollmentToken.lifetimeHours.upperBound)")
        }
        if !EnrollmentToken.uses.contains(uses) {
            validation.fail("maximumUses", "must be 1 to \(EnrollmentToken.uses.upperBound)")
        }
        if let tags, !tags.isEmpty, !(request.adoptsOffers ?? false) {
            validation.fail("tags", "are for services that are added by themselves: with adoptsOffers only")
        }
        try validation.finish()
        let now = context.now()
        return EnrollmentToken(
            id: context.makeIdentifier(), projectId: access.projectId, name: name ?? "",
            adoptsOffers: request.adoptsOffers ?? false, tags: tags ?? [], maximumUses: uses,
            createdBy: access.caller.principal.email, createdAt: now, expiresAt: now + .seconds(hours * 3600))
    }

    /// Agents that joined with it stay.
    package func revokeEnrollmentToken(
        _ id: Identifier<EnrollmentToken>, in access: ProjectAccess
    ) async throws {
        let now = context.now()
        try await context.change { session in
            guard let token = try session.enrollmentToken(id, in: access.projectId) else {
                throw EdgewrightError.notFound("enrolment token", id.rawValue)
            }
            try session.revokeEnrollmentToken(id, at: now)
            try recorder.record(
                event("enrollment-token.revoke", token, in: access), by: access.caller, in: session)
        }
    }

    private func event(
        _ operation: String, _ token: EnrollmentToken, in access: ProjectAccess, _ detail: String = ""
    ) -> AuditEvent {
        AuditEvent(
            operation: operation, target: .init(token), orgId: access.orgId, projectId: access.projectId, detail: detail
        )
    }
}
