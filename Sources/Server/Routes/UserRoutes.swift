import ControlPlane
import Fleet
import Hummingbird
import HummingbirdCore

/// Accounts. Which of them the caller may see and edit, the use cases decide account by account.
enum UserRoutes {
    static func routes(_ accounts: Accounts) -> [Route] {
        [
            .anywhere(.get, "/users", "listUsers", .editUsers) { request, caller in
                let query = try request.query("q", "limit", "cursor", "total")
                return try .json(try await accounts.listUsers(caller, q: try query.text("q"), try query.page()))
            },
            .anywhere(.post, "/users", "createUser", .editUsers) { request, caller in
                let user = try await accounts.createUser(try await request.decode(), caller)
                return try .created(user, at: "/api/v1/users/\(user.id)")
            },
            .anywhere(.get, "/users/{user}", "getUser", .editUsers) { request, caller in
                try .json(try await accounts.getUser(try request.id("user"), caller))
            },
            .anywhere(.patch, "/users/{user}", "updateUser", .editUsers) { request, caller in
                try .json(try await accounts.updateUser(try request.id("user"), try await request.decode(), caller))
            },
            .anywhere(.delete, "/users/{user}", "deleteUser", .editUsers) { request, caller in
                try await accounts.deleteUser(try request.id("user"), caller)
                return .noContent
            },
            .anywhere(.put, "/users/{user}/password", "resetPassword", .editUsers) { request, caller in
                try await accounts.resetPassword(try request.id("user"), try await request.decode(), caller)
                return .noContent
            },
        ]
    }
}
