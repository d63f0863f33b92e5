package import Fleet
import NIOConcurrencyHelpers
import Store

/// A session as signing in starts it.
package struct StartedSession: Sendable {
    /// Goes into the cookie; only its hash is kept.
    package let secret: String
    package let csrfToken: String
    package let user: User
    package let expiresAt: Timestamp
}

/// Signing in and out, finding out who asks, and deciding what they may do.
package struct AccessControl: Sendable {
    /// A working day and the way home.
    package static let sessionLifetime = Duration.seconds(12 * 3600)

    let context: ControlPlaneContext
    let passwords: PasswordHashing
    let recorder: AuditRecorder
    let cache: CallerCache
    let directory: ServiceDirectory
    let denials = RecentDenials()
    private let throttle: SignInThrottle

    init(
        context: ControlPlaneContext, passwords: PasswordHashing, recorder: AuditRecorder, cache: CallerCache,
        directory: ServiceDirectory, throttle: SignInThrottle
    ) {
        self.throttle = throttle
        self.context = context
        self.passwords = passwords
        self.recorder = recorder
        self.cache = cache
        self.directory = directory
    }

    // MARK: Signing in

    /// - Throws: `.unauthenticated` for any wrong pair, whichever half is wrong; `.rateLimited` after too many.
    package func signIn(_ request: SignInRequest, address: String) async throws -> StartedSession {
        let email = request.email.lowercased()
        try throttle.begin(account: email, address: address, at: context.now())
        let verified: User?
        do {
            verified = try await self.verified(email: email, password: request.password)
        } catch {
            throttle.undecided(account: email, address: address)
            throw error
        }
        guard let user = verified else {
            try await recordFailedSignIn(email: email, address: address)
            throw EdgewrightError(.unauthenticated, "E-mail address or password is wrong, or the account is disabled.")
        }
        throttle.succeeded(account: email, address: address)
        return try await startSession(user, address: address)
    }

    private func verified(email: String, password: String) async throws -> User? {
        let found = try await context.read { session -> (user: User, hash: String)? in
            guard let user = try session.user(email: email), let hash = try session.passwordHash(of: user.id) else {
                return nil
            }
            return (user, hash)
        }
        guard let found else {
            try await passwords.verifyNothing(password)
            return nil
        }
        let matches = try await passwords.verify(password, against: found.hash)
        return matches && !found.user.disabled ? found.user : nil
    }

    private func startSession(_ user: User, address: String) async throws -> StartedSession {
        let now = context.now()
        let started = StartedSession(
            secret: Secret.make(prefix: "ews_"), csrfToken: Secret.make(prefix: ""), user: user,
            expiresAt: now + Self.sessionLifetime)
        let actor = AuditEntry.Actor(userId: user.id, email: user.email, tokenId: nil, address: address)
        try await context.write { session in
            try session.insertSession(
                secretHash: Secret.hash(started.secret), user: user.id, csrfToken: started.csrfToken, createdAt: now,
                expiresAt: started.expiresAt)
            try session.setLastSignIn(now, of: user.id)
            try session.deleteExpiredSessions(at: now)
            try recorder.record(
                AuditEvent(operation: "session.create", target: AuditEntry.Target(user)), by: actor, in: session)
        }
        return started
    }

    private func recordFailedSignIn(email: String, address: String) async throws {
        // What was typed into the field may be a password by mistake: only what looks like an address is kept.
        let shown = (try? EmailAddress.check(email)) ?? "(not an e-mail address)"
        let actor = AuditEntry.Actor(userId: nil, email: shown, tokenId: nil, address: address)
        let event = AuditEvent(
            operation: "session.create", target: AuditEntry.Target(type: "user", id: "", name: shown), result: .denied)
        try await context.write { try recorder.record(event, by: actor, in: $0) }
    }

    package func signOut(_ caller: Caller) async throws {
        guard let own = caller.session else {
            throw EdgewrightError(.conflict, "An API token has no session to end; revoke the token instead.")
        }
        try await context.write { session in
            try session.deleteSession(secretHash: own.secretHash)
            let event = AuditEvent(operation: "session.delete", target: AuditEntry.Target(caller.user))
            try recorder.record(event, by: caller, in: session)
        }
        cache.removeAll()
    }

    // MARK: Who asks

    /// - Throws: `.unauthenticated` when the credential is unknown, has expired, or its account is disabled.
    package func authenticate(_ credential: Credential, address: String) async throws -> Caller {
        let secret =
            switch credential {
            case .session(let secret), .token(let secret): secret
            }
        let hash = Secret.hash(secret)
        let now = context.now()
        let entry: CallerCache.Entry
        if let known = cache.entry(hash, at: now) {
            entry = known
        } else {
            let generation = cache.generation
            entry = try await readEntry(credential, hash: hash, at: now)
            cache.store(entry, for: hash, at: now, generation: generation)
        }
        return Caller(principal: entry.principal, user: entry.user, session: entry.session, address: address)
    }

    private func readEntry(
        _ credential: Credential, hash: String, at now: Timestamp
    ) async throws -> CallerCache.Entry {
        let entry: CallerCache.Entry? =
            switch credential {
            case .session: try await readSession(hash)
            case .token: try await readToken(hash, at: now)
            }
        guard let entry, !entry.user.disabled, entry.expiresAt.map({ $0 > now }) ?? true else {
            throw EdgewrightError(.unauthenticated, "The session or token is not valid any more; sign in again.")
        }
        return entry
    }

    /// The account that asked for a batch, with the rights that it has now.
    /// - Throws: `.permissionDenied` when it is gone or disabled.
    func callerOfBatch(_ id: Identifier<User>) async throws -> Caller {
        let key = "batch:\(id)"
        let now = context.now()
        if let known = cache.entry(key, at: now) {
            return Caller(principal: known.principal, user: known.user, session: nil, address: "")
        }
        let generation = cache.generation
        let found = try await context.read { session in
            try session.user(id).map { ($0, try session.grants(of: id)) }
        }
        guard let (user, grants) = found, !user.disabled else {
            throw EdgewrightError(.permissionDenied, "The account that asked for this batch is gone or disabled.")
        }
        let principal = Principal(userId: id, email: user.email, isSystemAdmin: user.systemAdmin, grants: grants)
        cache.store(
            CallerCache.Entry(principal: principal, user: user, session: nil, expiresAt: nil), for: key, at: now,
            generation: generation)
        return Caller(principal: principal, user: user, session: nil, address: "")
    }

    private func readSession(_ hash: String) async throws -> CallerCache.Entry? {
        try await context.read { session in
            guard let record = try session.session(secretHash: hash) else { return nil }
            let user = record.user
            return CallerCache.Entry(
                principal: Principal(
                    userId: user.id, email: user.email, isSystemAdmin: user.systemAdmin,
                    grants: try session.grants(of: user.id)),
                user: user, session: Caller.Session(secretHash: hash, csrfToken: record.csrfToken),
                expiresAt: record.expiresAt)
        }
    }

    private func readToken(_ hash: String, at now: Timestamp) async throws -> CallerCache.Entry? {
        let found = try await context.read { session -> (TokenRecord, [Grant])? in
            guard let record = try session.token(secretHash: hash) else { return nil }
            return (record, try session.grants(of: record.user.id))
        }
        guard let (record, grants) = found else { return nil }
        try await noteUse(of: record.token, at: now)
        return CallerCache.Entry(
            principal: Principal(
                userId: record.user.id, email: record.user.email, isSystemAdmin: record.user.systemAdmin,
                grants: grants, token: Principal.TokenLimits(record.token)),
            user: record.user, session: nil, expiresAt: record.token.expiresAt)
    }

    /// Once a minute is exact enough, and keeps a busy token from writing all the time.
    private func noteUse(of token: APIToken, at now: Timestamp) async throws {
        if let last = token.lastUsedAt, now.since(last) < .seconds(60) { return }
        try await context.write { try $0.setLastUsed(now, of: token.id) }
    }

    package func me(_ caller: Caller) async throws -> Me {
        let token = caller.principal.token
        let full = try await context.read { session in
            try token.flatMap { try session.token($0.id, of: caller.principal.userId) }
        }
        return Me(
            user: caller.user, grants: caller.principal.grants, csrfToken: caller.session?.csrfToken, token: full)
    }
}
