import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Signing in, who one is, API tokens.
enum AccessRoutes {
    static func routes(_ plane: ControlPlane) -> [Route] {
        let access = plane.access
        return [
            .open(.post, "/session", "createSession") { request in
                let started = try await access.signIn(
                    try await request.decode(), address: request.context.origin.address)
                var response = try Response.json(SignedIn(user: started.user, csrfToken: started.csrfToken))
                response.headers[.setCookie] = SessionCookie.set(
                    started.secret, lifetime: AccessControl.sessionLifetime,
                    isSecure: request.context.origin.isSecure)
                return response
            },
            .signedIn(.delete, "/session", "deleteSession") { request, caller in
                try await access.signOut(caller)
                let cookie = SessionCookie.clear(isSecure: request.context.origin.isSecure)
                return Response(status: .noContent, headers: [.setCookie: cookie])
            },
            .signedIn(.get, "/me", "getMe") { _, caller in try .json(try await access.me(caller)) },
            .signedIn(.put, "/me/password", "changePassword") { request, caller in
                try await plane.accounts.changePassword(try await request.decode(), caller)
                return .noContent
            },
            .signedIn(.get, "/tokens", "listTokens") { request, caller in
                let query = try request.query("limit", "cursor", "total")
                return try .json(try await access.listTokens(caller, try query.page()))
            },
            .signedIn(.post, "/tokens", "createToken") { request, caller in
                try .created(try await access.createToken(try await request.decode(), caller))
            },
            .signedIn(.delete, "/tokens/{token}", "revokeToken") { request, caller in
                try await access.revokeToken(try request.id("token"), caller)
                return .noContent
            },
        ]
    }
}
