import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// One line of the API's table.
struct Route: Sendable {
    /// Who may use a route; there is no route without an answer to this.
    enum Access: Sendable, Equatable {
        case open
        case signedIn
        /// Held somewhere; which accounts or entries it reaches, the use case decides one by one.
        case anywhere(Permission)
        case platform(Permission)
        case organization(Permission)
        case project(Permission)
        case service(Permission)
        case batch(Permission)
        case host(Permission)
        case agent(Permission)
    }

    typealias Handler = @Sendable (RouteRequest, RouteCaller) async throws -> Response

    let method: HTTPRequest.Method
    /// Below the API's base; `{name}` stands for one segment.
    let path: String
    /// As `openapi.yaml` names it.
    let operation: String
    let access: Access
    let handle: Handler
    let segments: [Substring]

    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ access: Access,
        _ handle: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.access = access
        self.handle = handle
        segments = path.split(separator: "/")
    }

    /// The parameters, if these segments fit.
    func match(_ given: [Substring]) -> [String: String]? {
        guard given.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, text) in zip(segments, given) {
            if segment.first == "{" {
                parameters[String(segment.dropFirst().dropLast())] = String(text)
            } else if segment != text {
                return nil
            }
        }
        return parameters
    }
}

// The forms a route's handler takes: with the proof of what was checked before it runs.

extension Route {
    static func open(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String,
        _ handle: @escaping @Sendable (RouteRequest) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .open) { request, _ in try await handle(request) }
    }

    static func signedIn(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String,
        _ handle: @escaping @Sendable (RouteRequest, Caller) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .signedIn) { request, caller in
            let who = try await caller.authenticated(for: request)
            return try await caller.once(request, by: who) { try await handle($0, who) }
        }
    }

    static func anywhere(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ permission: Permission,
        _ handle: @escaping @Sendable (RouteRequest, Caller) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .anywhere(permission)) { request, caller in
            let who = try await caller.authenticated(for: request)
            try caller.control.requireAnywhere(who, permission, toChange: method != .get)
            return try await caller.once(request, by: who) { try await handle($0, who) }
        }
    }

    static func platform(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ permission: Permission,
        _ handle: @escaping @Sendable (RouteRequest, PlatformAccess) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .platform(permission)) { request, caller in
            let who = try await caller.authenticated(for: request)
            let access = try await caller.control.authorizePlatform(who, permission)
            return try await caller.once(request, by: who) { try await handle($0, access) }
        }
    }

    static func organization(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ permission: Permission,
        _ handle: @escaping @Sendable (RouteRequest, OrganizationAccess) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .organization(permission)) { request, caller in
            let who = try await caller.authenticated(for: request)
            let access = try await caller.control.authorize(who, permission, organization: try request.id("org"))
            return try await caller.once(request, by: who) { try await handle($0, access) }
        }
    }

    static func project(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ permission: Permission,
        _ handle: @escaping @Sendable (RouteRequest, ProjectAccess) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .project(permission)) { request, caller in
            let who = try await caller.authenticated(for: request)
            let access = try await caller.control.authorize(who, permission, project: try request.id("project"))
            return try await caller.once(request, by: who) { try await handle($0, access) }
        }
    }

    static func batch(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ permission: Permission,
        of batches: BatchCatalog,
        _ handle: @escaping @Sendable (RouteRequest, BatchAccess) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .batch(permission)) { request, caller in
            let who = try await caller.authenticated(for: request)
            let access = try await batches.authorize(who, permission, batch: try request.id("batch"))
            return try await caller.once(request, by: who) { try await handle($0, access) }
        }
    }

    static func host(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ permission: Permission,
        of hosts: HostCatalog,
        _ handle: @escaping @Sendable (RouteRequest, HostAccess) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .host(permission)) { request, caller in
            let who = try await caller.authenticated(for: request)
            let access = try await hosts.authorize(who, permission, host: try request.id("host"))
            return try await caller.once(request, by: who) { try await handle($0, access) }
        }
    }

    static func agent(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ permission: Permission,
        of agents: AgentCatalog,
        _ handle: @escaping @Sendable (RouteRequest, AgentAccess) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .agent(permission)) { request, caller in
            let who = try await caller.authenticated(for: request)
            let access = try await agents.authorize(who, permission, agent: try request.id("agent"))
            return try await caller.once(request, by: who) { try await handle($0, access) }
        }
    }

    static func service(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ permission: Permission,
        _ handle: @escaping @Sendable (RouteRequest, ServiceAccess) async throws -> Response
    ) -> Route {
        Route(method, path, operation, .service(permission)) { request, caller in
            let who = try await caller.authenticated(for: request)
            let access = try await caller.control.authorize(who, permission, service: try request.id("service"))
            return try await caller.once(request, by: who) { try await handle($0, access) }
        }
    }
}
