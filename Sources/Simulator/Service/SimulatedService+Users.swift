import Foundation

// Who may sign in.

extension SimulatedService {
    static let userRoutes = [
        SimulatedRoute("POST", "/api/users") { $0.createUser($1) },
        SimulatedRoute("PUT", "/api/users/password/{}") { $0.changePassword($1) },
        SimulatedRoute("PUT", "/api/users/role/{}") { $0.changeRole($1) },
        SimulatedRoute("DELETE", "/api/users/{}") { $0.deleteUser($1) },
    ]

    private static let roles = ["Administrator", "Viewer"]

    private mutating func createUser(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request["name"]?.text, let password = request["password"]?.text else {
            return .failure("name and password are required")
        }
        let role = request["role"]?.text ?? "Viewer"
        guard Self.roles.contains(role) else { return .failure("there is no role \(role)") }
        guard users[name] == nil else { return .failure("user \(name) already exists") }
        users[name] = User(password: password, role: role)
        return .done
    }

    private mutating func changePassword(_ request: SimulatedRequest) -> SimulatedResponse {
        let name = request.names[0]
        guard let new = request["new_password"]?.text, !new.isEmpty else {
            return .failure("new_password is required")
        }
        guard let user = users[name], user.password == request["old_password"]?.text else {
            return .failure("user or password is wrong")
        }
        users[name]?.password = new
        return .done
    }

    private mutating func changeRole(_ request: SimulatedRequest) -> SimulatedResponse {
        guard users[request.names[0]] != nil else { return .failure("there is no user \(request.names[0])") }
        guard let role = request["role"]?.text, Self.roles.contains(role) else { return .failure("role is required") }
        users[request.names[0]]?.role = role
        return .done
    }

    private mutating func deleteUser(_ request: SimulatedRequest) -> SimulatedResponse {
        guard users.removeValue(forKey: request.names[0]) != nil else {
            return .failure("there is no user \(request.names[0])")
        }
        return .done
    }
}
