import ControlPlane
import Fleet
import Hummingbird
import HummingbirdCore

/// Accounts. Which of them the caller may see and edit, the use cases decide account by account.
enum UserRoutes {
    static func routes(_ accounts: Accounts) -> [Route] {
        [
            .signedIn(.get, "/users", "listUsers") { request, caller in
                let query = try request.query("q", "limit", "cursor", "total")
                return try .json(try await accounts.listUsers(caller, q: try query.text("q"), try query.page()))
            },
            .signedIn(.post, "/users", "createUser") { request, caller in
                let user = try await accounts.createUser(try await request.decode(), caller)
                return try .created(user, at: "/api/v1/users/\(user.id)")
            },
            .signedIn(.get, "/users/{user}", "getUser") { request, caller in
                try .json(try await accounts.getUser(try request.id("user"), caller))
            },
            .signedIn(.patch, "/users/{user}", "updateUser") { request, caller in
                try .json(try await accounts.updateUser(try request.id("user"), try await request.decode(), caller))
            },
            .signedIn(.delete, "/users/{user}", "deleteUser") { request, caller in
                try await accounts.deleteUser(try request.id("user"), caller)
                return .noContent
            },
            .signedIn(.put, "/users/{user}/password", "resetPassword") { request, caller in
                try await accounts.resetPassword(try request.id("user"), try await request.decode(), caller)
                return .noContent
            },
        ]
    }
}
