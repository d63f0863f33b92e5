import ArgumentParser
import Client
import Fleet

/// In which project a command works.
struct ProjectArgument: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("The project, by id or name.", valueName: "project"))
    var project: String?
}

extension ClientSession {
    /// The project that is meant: by argument, by `EDGEWRIGHT_PROJECT`, or the only one there is.
    func project(_ argument: ProjectArgument) async throws -> Identifier<Project> {
        if let named = argument.project ?? context.variable("EDGEWRIGHT_PROJECT") {
            return try await project(named: named).id
        }
        let visible = try await client.listProjects(.of(20)).items
        guard visible.count != 1 else { return visible[0].id }
        let advice =
            visible.isEmpty
            ? "Make one with: edgewright projects create NAME --org ORG"
            : "You can see: " + visible.map(\.name).joined(separator: ", ")
        throw CommandFailure(.usage, "Say which project: --project NAME, or set EDGEWRIGHT_PROJECT.", advice: advice)
    }

    /// By id or exact name.
    func project(named reference: String) async throws -> Project {
        let client = client
        if reference.isIdentifier, let found = try await present({ try await client.getProject(Identifier(reference)) })
        {
            return found
        }
        let all = try await collect { try await client.listProjects($0) }
        return try only(all.filter { $0.name == reference }, "project", reference)
    }

    /// By id or exact name; `nil` means the only one there is.
    func organization(named reference: String?) async throws -> Organization {
        let client = client
        if let reference, reference.isIdentifier,
            let found = try await present({ try await client.getOrganization(Identifier(reference)) })
        {
            return found
        }
        let all = try await collect { try await client.listOrganizations($0) }
        if let reference { return try only(all.filter { $0.name == reference }, "organization", reference) }
        guard all.count == 1 else {
            throw CommandFailure(
                .usage, "Say which organization: --org NAME.",
                advice: all.isEmpty ? nil : "You can see: " + all.map(\.name).joined(separator: ", "))
        }
        return all[0]
    }

    /// By id, or by exact name in the project.
    func service(named reference: String, in project: ProjectArgument) async throws -> EdgeService {
        if let found = try await service(identified: reference) { return found }
        return try await service(exactly: reference, in: try await self.project(project))
    }

    /// By id, or by exact name in the project.
    func service(named reference: String, in project: Identifier<Project>) async throws -> EdgeService {
        if let found = try await service(identified: reference) { return found }
        return try await service(exactly: reference, in: project)
    }

    private func service(identified reference: String) async throws -> EdgeService? {
        guard reference.isIdentifier else { return nil }
        return try await present { try await client.getService(Identifier(reference)) }
    }

    private func service(exactly reference: String, in project: Identifier<Project>) async throws -> EdgeService {
        let client = client
        let filter = ServiceFilter(q: reference)
        // The server's search is by part; the exact name sorts among the first.
        for try await page in client.allPages({ try await client.listServices(in: project, filter, $0) }) {
            if let found = page.items.first(where: { $0.name == reference }) { return found }
        }
        throw EdgewrightError.notFound("service", reference)
    }

    /// By id or exact name.
    func host(named reference: String, in project: ProjectArgument) async throws -> EdgeHost {
        if let found = try await host(identified: reference) { return found }
        return try await host(exactly: reference, in: try await self.project(project))
    }

    /// By id or exact name.
    func host(named reference: String, in project: Identifier<Project>) async throws -> EdgeHost {
        if let found = try await host(identified: reference) { return found }
        return try await host(exactly: reference, in: project)
    }

    private func host(identified reference: String) async throws -> EdgeHost? {
        guard reference.isIdentifier else { return nil }
        return try await present { try await client.getHost(Identifier(reference)) }
    }

    private func host(exactly reference: String, in project: Identifier<Project>) async throws -> EdgeHost {
        let client = client
        let found = try await collect { try await client.listHosts(in: project, matching: reference, $0) }
        return try only(found.filter { $0.name == reference }, "host", reference)
    }

    /// By id, reference or version; `category` tells apart what two categories call the same.
    func image(named reference: String, of category: ServiceCategory? = nil) async throws -> ContainerImage {
        let client = client
        if reference.isIdentifier, let found = try await present({ try await client.getImage(Identifier(reference)) }) {
            return found
        }
        let all = try await collect { try await client.listImages(of: category, $0) }
        let exact = all.filter { $0.reference.text == reference }
        return try only(exact.isEmpty ? all.filter { $0.version == reference } : exact, "image", reference)
    }

    /// By id, name or address.
    func registry(named reference: String) async throws -> ImageRegistry {
        let client = client
        let all = try await collect { try await client.listRegistries($0) }
        return try only(
            all.filter { [$0.id.rawValue, $0.name, $0.address].contains(reference) }, "registry", reference)
    }

    /// By id or e-mail address.
    func user(named reference: String) async throws -> User {
        let client = client
        if reference.isIdentifier { return try await client.getUser(Identifier(reference)) }
        let address = reference.lowercased()
        let found = try await collect { try await client.listUsers(matching: address, $0) }
        return try only(found.filter { $0.email == address }, "account", reference)
    }

    /// By id or exact name.
    func tag(named reference: String, in project: Identifier<Project>) async throws -> Tag {
        let client = client
        let query = reference.isIdentifier ? nil : reference
        let found = try await collect { try await client.listTags(in: project, matching: query, $0) }
        return try only(found.filter { $0.name == reference || $0.id.rawValue == reference }, "tag", reference)
    }

    /// By id or e-mail address.
    func member(named reference: String, among members: [Member]) throws -> Member {
        let address = reference.lowercased()
        return try only(
            members.filter { $0.userId.rawValue == reference || $0.email == address }, "member", reference)
    }

    /// `nil` when there is none: it may be a name that looks like an id.
    func present<Value>(_ read: () async throws -> Value) async throws -> Value? {
        do {
            return try await read()
        } catch let problem as APIProblem where problem.status == 404 {
            return nil
        }
    }

    /// - Throws: `.notFound` when there is none, `CommandFailure` with the ids when there are several.
    func only<Value: Listed>(_ found: [Value], _ noun: String, _ reference: String) throws -> Value {
        guard let first = found.first else { throw EdgewrightError.notFound(noun, reference) }
        guard found.count == 1 else {
            let ids = found.map(\.listName).joined(separator: ", ")
            throw CommandFailure(
                .usage, "There are several of the name “\(reference)”.", advice: "Say one's id: \(ids)")
        }
        return first
    }
}
