import ControlPlane
import Fleet
import Hummingbird
import HummingbirdCore

/// The agents of projects, those that wait to be claimed, and what lets them join.
enum AgentRoutes {
    static func routes(_ plane: ControlPlane) -> [Route] {
        many(plane.agents) + one(plane.agents) + offers(plane.agents) + tokens(plane.enrollmentTokens)
    }

    private static func many(_ agents: AgentCatalog) -> [Route] {
        [
            .project(.get, "/projects/{project}/agents", "listAgents", .viewServices) { request, access in
                let query = try request.query("q", "state", "online", "limit", "cursor", "total")
                return try .json(try await agents.listAgents(try filter(query), try query.page(), in: access))
            },
            .project(.post, "/projects/{project}/agents", "claimAgent", .editServices) { request, access in
                let agent = try await agents.claimAgent(try await request.decode(), in: access)
                return try .created(agent, at: "/api/v1/agents/\(agent.id)")
            },
            .platform(.get, "/agents/unmanaged", "listUnmanagedAgents", .editSettings) { request, access in
                let query = try request.query("q", "state", "online", "limit", "cursor", "total")
                return try .json(try await agents.listUnmanagedAgents(try filter(query), try query.page(), in: access))
            },
        ]
    }

    private static func filter(_ query: QueryReader) throws -> AgentFilter {
        AgentFilter(
            state: try query.value("state"), online: try query.text("online") == nil ? nil : query.flag("online"),
            q: try query.text("q"))
    }

    private static func one(_ agents: AgentCatalog) -> [Route] {
        [
            .agent(.get, "/agents/{agent}", "getAgent", .viewServices, of: agents) { _, access in
                try .json(try await agents.getAgent(in: access))
            },
            .agent(.patch, "/agents/{agent}", "updateAgent", .editServices, of: agents) { request, access in
                try .json(try await agents.updateAgent(try await request.decode(), in: access))
            },
            .agent(.delete, "/agents/{agent}", "deleteAgent", .editServices, of: agents) { request, access in
                try await agents.deleteAgent(
                    withServices: try request.query("services").flag("services"), in: access)
                return .noContent
            },
            .agent(.post, "/agents/{agent}/transfer", "transferAgent", .editServices, of: agents) { request, access in
                try .json(try await agents.transferAgent(try await request.decode(), in: access))
            },
            .agent(.post, "/agents/{agent}/revoke", "revokeAgent", .editServices, of: agents) { _, access in
                try .json(try await agents.revokeAgent(in: access))
            },
            .agent(.post, "/agents/{agent}/restore", "restoreAgent", .editServices, of: agents) { _, access in
                try .json(try await agents.restoreAgent(in: access))
            },
            .agent(.delete, "/agents/{agent}/clone", "dismissAgentClone", .editServices, of: agents) { _, access in
                try await agents.dismissAgentClone(in: access)
                return .noContent
            },
        ]
    }

    private static func offers(_ agents: AgentCatalog) -> [Route] {
        [
            .agent(.get, "/agents/{agent}/offers", "listAgentOffers", .viewServices, of: agents) { _, access in
                try .json(try await agents.listAgentOffers(in: access))
            },
            .agent(.post, "/agents/{agent}/adopt", "adoptAgentOffers", .editServices, of: agents) { request, access in
                try .json(try await agents.adoptAgentOffers(try await request.decode(), in: access))
            },
            .agent(.post, "/agents/{agent}/discover", "discoverAgentServices", .editServices, of: agents) { _, access in
                try .json(try await agents.discoverAgentServices(in: access))
            },
        ]
    }

    private static func tokens(_ tokens: EnrollmentTokens) -> [Route] {
        let path = "/projects/{project}/enrollment-tokens"
        return [
            .project(.get, path, "listEnrollmentTokens", .editServices) { request, access in
                let query = try request.query("limit", "cursor", "total")
                return try .json(try await tokens.listEnrollmentTokens(try query.page(), in: access))
            },
            .project(.post, path, "createEnrollmentToken", .editServices) { request, access in
                let url = try request.context.origin.url()
                let (token, secret) = try await tokens.createEnrollmentToken(try await request.decode(), in: access)
                let commands = CreatedEnrollmentToken.Commands(url: url, token: secret)
                return try .created(CreatedEnrollmentToken(token, secret: secret, commands: commands))
            },
            .project(.delete, path + "/{enrollmentToken}", "revokeEnrollmentToken", .editServices) { request, access in
                try await tokens.revokeEnrollmentToken(try request.id("enrollmentToken"), in: access)
                return .noContent
            },
        ]
    }
}
