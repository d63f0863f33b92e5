package import Fleet
import Store

/// People's accounts. System admins see and edit all. Other administrators see those who have roles only in what they
/// administer, and edit those of them that were made there: giving an account of elsewhere a role must not make the
/// giver its master.
package struct Accounts: Sendable {
    let context: ControlPlaneContext
    let passwords: PasswordHashing
    let recorder: AuditRecorder
    let cache: CallerCache
    let throttle: SignInThrottle

    package func listUsers(_ caller: Caller, q: String?, _ page: PageRequest) async throws -> Page<User> {
        try requireAdministrator(caller)
        let admin = caller.principal.isSystemAdmin ? nil : caller.principal.userId
        return try await context.read { try $0.users(visibleTo: admin, matching: q, page) }
    }

    package func getUser(_ id: Identifier<User>, _ caller: Caller) async throws -> User {
        try await context.read { try visibleUser(id, caller, in: $0) }
    }

    /// - Throws: `.conflict` when the address is taken; `.permissionDenied` for more than one's own rights.
    package func createUser(_ request: CreateUserRequest, _ caller: Caller) async throws -> User {
        try requireAdministrator(caller, toChange: true)
        let user = try validated(request)
        let hash = try await passwords.hash(request.password)
        try await context.change { session in
            let grant = try grant(in: request, caller, session)
            do {
                try session.insertUser(user, passwordHash: hash, home: grant?.scope)
            } catch let error as StoreError where error.violates("account_email") {
                throw EdgewrightError(
                    .conflict, "There is an account with the address \(user.email) already.",
                    fields: [FieldError(field: "email", message: "is taken")])
            }
            if let grant { try session.setGrant(grant, of: user.id) }
            let event = AuditEvent(
                operation: "user.create", target: .init(user), orgId: request.orgId, projectId: request.projectId,
                detail: user.systemAdmin ? "system admin" : grant.map { "role \($0.role.rawValue)" } ?? "")
            try recorder.record(event, by: caller, in: session)
        }
        return user
    }

    private func validated(_ request: CreateUserRequest) throws -> User {
        var validation = Validation()
        let email = try validation.check { try EmailAddress.check(request.email) }
        let name = try validation.check { try User.nameRule.check(request.name ?? request.email) }
        try validation.check { try PasswordPolicy.check(request.password, email: request.email) }
        if (request.orgId != nil || request.projectId != nil) != (request.role != nil) {
            validation.fail("role", "goes with orgId or projectId")
        }
        if request.orgId != nil, request.projectId != nil {
            validation.fail("projectId", "can't be given together with orgId")
        }
        try validation.finish()
        return User(
            id: context.makeIdentifier(), email: email ?? "", name: name ?? "",
            systemAdmin: request.systemAdmin ?? false, disabled: false, createdAt: context.now(), lastSignInAt: nil)
    }

    /// The role a new account gets at once; who is not a system admin must give one, where they may.
    private func grant(
        in request: CreateUserRequest, _ caller: Caller, _ session: any SQLSession
    ) throws -> Grant? {
        if request.systemAdmin ?? false { try requireSystemAdmin(caller) }
        guard let role = request.role else {
            guard caller.principal.isSystemAdmin else {
                throw EdgewrightError.invalid("role", "is needed: a new account gets a role in what you administer")
            }
            return nil
        }
        if let organization = request.orgId {
            let access = try MembershipRules.checkGrant(role, in: organization, caller, session)
            return Grant(scope: .organization(access), role: role)
        }
        guard let project = request.projectId else { return nil }
        let organization = try MembershipRules.checkGrant(role, in: project, caller, session)
        return Grant(scope: .project(project, in: organization), role: role)
    }

    package func updateUser(_ id: Identifier<User>, _ request: UpdateUserRequest, _ caller: Caller) async throws
        -> User
    {
        try requireAdministrator(caller, toChange: true)
        let user = try await context.change { session in
            var user = try editableUser(id, caller, in: session)
            let before = user
            if let name = request.name { user.name = try User.nameRule.check(name) }
            if let systemAdmin = request.systemAdmin, systemAdmin != user.systemAdmin {
                try requireSystemAdmin(caller)
                user.systemAdmin = systemAdmin
            }
            user.disabled = request.disabled ?? user.disabled
            if before.systemAdmin, !user.systemAdmin || user.disabled { try keepLastSystemAdmin(id, session) }
            try session.updateUser(user)
            if user.disabled { try session.deleteSessions(of: id) }
            let event = AuditEvent(
                operation: "user.update", target: .init(user), detail: changes(from: before, to: user))
            try recorder.record(event, by: caller, in: session)
            return user
        }
        cache.removeAll()
        return user
    }

    private func changes(from before: User, to after: User) -> String {
        var parts: [String] = []
        if before.name != after.name { parts.append("name: \(before.name) → \(after.name)") }
        if before.systemAdmin != after.systemAdmin {
            parts.append(after.systemAdmin ? "made system admin" : "no longer system admin")
        }
        if before.disabled != after.disabled { parts.append(after.disabled ? "disabled" : "enabled") }
        return parts.joined(separator: "; ")
    }

    package func deleteUser(_ id: Identifier<User>, _ caller: Caller) async throws {
        try requireAdministrator(caller, toChange: true)
        guard id != caller.principal.userId else {
            throw EdgewrightError(.conflict, "You can't delete your own account.")
        }
        try await context.change { session in
            let user = try editableUser(id, caller, in: session)
            if user.systemAdmin { try keepLastSystemAdmin(id, session) }
            try session.deleteUser(id)
            try recorder.record(AuditEvent(operation: "user.delete", target: .init(user)), by: caller, in: session)
        }
        cache.removeAll()
    }

    /// Sets somebody's password; every session and token of theirs ends.
    package func resetPassword(
        _ id: Identifier<User>, _ request: ResetPasswordRequest, _ caller: Caller
    ) async throws {
        try requireAdministrator(caller, toChange: true)
        let user = try await context.read { try editableUser(id, caller, in: $0) }
        try PasswordPolicy.check(request.password, email: user.email)
        let hash = try await passwords.hash(request.password)
        try await context.change { session in
            let user = try editableUser(id, caller, in: session)
            try session.setPasswordHash(hash, of: id)
            try session.deleteSessions(of: id)
            try session.deleteTokens(of: id)
            let event = AuditEvent(operation: "user.resetPassword", target: .init(user))
            try recorder.record(event, by: caller, in: session)
        }
        cache.removeAll()
    }

    /// One's own; other sessions of the account end.
    package func changePassword(_ request: ChangePasswordRequest, _ caller: Caller) async throws {
        guard caller.principal.token == nil else {
            throw EdgewrightError(.permissionDenied, "A password is changed when signed in, not with an API token.")
        }
        let id = caller.principal.userId
        try PasswordPolicy.check(request.newPassword, email: caller.user.email, field: "newPassword")
        // Whoever finds a session open must not be able to guess at leisure.
        try throttle.begin(account: caller.user.email, address: caller.address, at: context.now())
        guard let current = try await context.read({ try $0.passwordHash(of: id) }),
            try await passwords.verify(request.currentPassword, against: current)
        else { throw EdgewrightError.invalid("currentPassword", "is wrong") }
        throttle.succeeded(account: caller.user.email, address: caller.address)
        let hash = try await passwords.hash(request.newPassword)
        try await context.change { session in
            try session.setPasswordHash(hash, of: id)
            try session.deleteSessions(of: id, except: caller.session?.secretHash)
            let event = AuditEvent(operation: "user.changePassword", target: .init(caller.user))
            try recorder.record(event, by: caller, in: session)
        }
        cache.removeAll()
    }

    // MARK: Who may edit whom

    /// - Throws: `.permissionDenied` for an account that was made elsewhere.
    private func editableUser(
        _ id: Identifier<User>, _ caller: Caller, in session: any SQLSession
    ) throws -> User {
        let user = try visibleUser(id, caller, in: session)
        if caller.principal.isSystemAdmin { return user }
        let home = try session.home(of: id)
        guard home.map({ MembershipRules.administers($0, caller.principal) }) ?? false else {
            throw EdgewrightError(
                .permissionDenied,
                "The account \(user.email) was not made in what you administer: you can change its roles here, and only "
                    + "an administrator of where it was made, or a system admin, can change the account itself.")
        }
        return user
    }

    /// - Throws: `.notFound` unless the caller is a system admin, or administers all that the account has roles in.
    private func visibleUser(
        _ id: Identifier<User>, _ caller: Caller, in session: any SQLSession
    ) throws -> User {
        guard let user = try session.user(id) else { throw EdgewrightError.notFound("user", id.rawValue) }
        let principal = caller.principal
        if principal.token?.projectId == nil {
            if principal.isSystemAdmin { return user }
            let grants = try session.grants(of: id)
            let covers = grants.allSatisfy { MembershipRules.administers($0.scope, principal) }
            if !user.systemAdmin, !grants.isEmpty, covers { return user }
        }
        throw EdgewrightError.notFound("user", id.rawValue)
    }

    private func requireAdministrator(_ caller: Caller, toChange changes: Bool = false) throws {
        let principal = caller.principal
        guard (principal.highestRole ?? .user).permits(.editUsers), principal.token?.projectId == nil,
            !(changes && principal.token?.readOnly ?? false)
        else { throw EdgewrightError(.permissionDenied, "Accounts are for administrators.") }
    }

    private func requireSystemAdmin(_ caller: Caller) throws {
        guard caller.principal.isSystemAdmin else {
            throw EdgewrightError(.permissionDenied, "Only a system admin can make or unmake system admins.")
        }
    }

    private func keepLastSystemAdmin(_ leaving: Identifier<User>, _ session: any SQLSession) throws {
        guard try session.enabledSystemAdmins().contains(where: { $0 != leaving }) else {
            throw EdgewrightError(.conflict, "This is the last system admin; make another one first.")
        }
    }
}
