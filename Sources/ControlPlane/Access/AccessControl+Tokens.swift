package import Fleet
import Store

// API tokens: everybody has their own and sees nobody else's.

extension AccessControl {
    package func listTokens(_ caller: Caller, _ page: PageRequest) async throws -> Page<APIToken> {
        try await context.read { try $0.tokens(of: caller.principal.userId, page) }
    }

    /// - Throws: `.permissionDenied` when asked with a limited token: it must not make itself a wider one.
    package func createToken(_ request: CreateTokenRequest, _ caller: Caller) async throws -> CreatedToken {
        if let token = caller.principal.token, token.readOnly || token.projectId != nil {
            throw EdgewrightError(.permissionDenied, "A limited API token can't make tokens.")
        }
        let now = context.now()
        let token = try validated(request, at: now)
        if let end = caller.principal.token?.expiresAt, token.expiresAt.map({ $0 > end }) ?? true {
            throw EdgewrightError.invalid("expiresInDays", "must end before the token that asks, at \(end)")
        }
        if let project = token.projectId { _ = try await authorize(caller, .viewProject, project: project) }
        let secret = Secret.make(prefix: "ewt_")
        try await context.change { session in
            try session.insertToken(token, secretHash: Secret.hash(secret), user: caller.principal.userId)
            let event = AuditEvent(
                operation: "token.create", target: .init(token), projectId: token.projectId,
                detail: token.readOnly ? "read only" : "")
            try recorder.record(event, by: caller, in: session)
        }
        return CreatedToken(id: token.id, token: secret, name: token.name, expiresAt: token.expiresAt)
    }

    private func validated(_ request: CreateTokenRequest, at now: Timestamp) throws -> APIToken {
        var validation = Validation()
        let name = try validation.check { try APIToken.nameRule.check(request.name) }
        if let days = request.expiresInDays, !APIToken.lifetimeDays.contains(days) {
            validation.fail("expiresInDays", "must be 1 to \(APIToken.lifetimeDays.upperBound)")
        }
        try validation.finish()
        return APIToken(
            id: context.makeIdentifier(), name: name ?? "", projectId: request.projectId,
            readOnly: request.readOnly ?? false, createdAt: now,
            expiresAt: request.expiresInDays.map { now + .seconds($0 * 86_400) }, lastUsedAt: nil)
    }

    package func revokeToken(_ id: Identifier<APIToken>, _ caller: Caller) async throws {
        if let own = caller.principal.token, own.readOnly || (own.projectId != nil && own.id != id) {
            throw EdgewrightError(.permissionDenied, "A limited API token can't revoke other tokens.")
        }
        try await context.change { session in
            guard let token = try session.token(id, of: caller.principal.userId) else {
                throw EdgewrightError.notFound("token", id.rawValue)
            }
            try session.deleteToken(id)
            try recorder.record(AuditEvent(operation: "token.delete", target: .init(token)), by: caller, in: session)
        }
        cache.removeAll()
    }
}
