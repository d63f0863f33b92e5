import Fleet
import Store

/// What a service may be: from a request to a record, with every fault of the request named.
struct ServiceRules: Sendable {
    let sealingKey: SealingKey

    /// A new record; the store keeps its tags apart.
    func record(
        _ request: CreateServiceRequest, id: Identifier<EdgeService>, project: Identifier<Project>, at now: Timestamp
    ) throws -> ServiceRecord {
        try checkMode(request.mode)
        let category = request.category ?? .neuronex
        var validation = Validation()
        let name = try validation.check { try EdgeService.nameRule.check(request.name) }
        let endpoint = try validation.check { try ServiceEndpoint(request.endpoint) }
        if let connection = request.connection, let endpoint, connection != endpoint.connection {
            validation.fail("connection", "must be \(endpoint.connection.rawValue) for such an endpoint")
        }
        let tags = try validation.check { try TagName.checkSet(request.tags ?? []) }
        let description = try validation.check { try TextRule.description.check(request.description ?? "") }
        let healthPath = try validation.check { try Self.healthPath(request.healthPath, category: category) }
        let auth = try validation.check { try authentication(request.auth, of: id, category: category, current: nil) }
        try validation.finish()
        guard let name, let endpoint, let tags, let description, let healthPath, let auth else {
            throw EdgewrightError(.internal, "A checked request lost a field.")
        }
        let service = EdgeService(
            id: id, projectId: project, name: name, category: category, mode: .managed,
            connection: endpoint.connection,
            endpoint: endpoint, verifyTLS: request.verifyTLS ?? true, healthPath: healthPath, status: .unknown,
            statusReason: Self.notProbedYet, statusSince: now, version: nil, lastSeen: nil, tags: tags,
            auth: auth.authentication, description: description, createdAt: now, updatedAt: now)
        return ServiceRecord(service: service, sealedPassword: auth.sealedPassword)
    }

    static let notProbedYet = "not probed yet"

    /// - Returns: the changed record, and the whole set of tags when it is to change.
    func apply(
        _ request: UpdateServiceRequest, to record: ServiceRecord, at now: Timestamp
    ) throws -> (record: ServiceRecord, tags: [String]?) {
        var changed = record
        var validation = Validation()
        if let name = request.name, let checked = try validation.check({ try EdgeService.nameRule.check(name) }) {
            changed.service.name = checked
        }
        if let text = request.endpoint, let endpoint = try validation.check({ try ServiceEndpoint(text) }) {
            if record.service.mode == .hosted, endpoint != record.service.endpoint {
                validation.fail("endpoint", "follows from the node it runs on, and from the port it has there")
            }
            changed.service.endpoint = endpoint
            changed.service.connection = endpoint.connection
            changed.service.agentId = endpoint.agent
        }
        if let text = request.description, let checked = try validation.check({ try TextRule.description.check(text) })
        {
            changed.service.description = checked
        }
        let category = record.service.category
        if let path = request.healthPath,
            let checked = try validation.check({ try Self.healthPath(path, category: category) })
        {
            changed.service.healthPath = checked
        }
        if let auth = request.auth,
            let checked = try validation.check({
                try authentication(auth, of: record.service.id, category: category, current: record)
            })
        {
            changed.service.auth = checked.authentication
            changed.sealedPassword = checked.sealedPassword
        }
        let tags = try request.tags.flatMap { names in try validation.check { try TagName.checkSet(names) } }
        changed.service.verifyTLS = request.verifyTLS ?? changed.service.verifyTLS
        if request.auth?.password == nil, changed.sealedPassword != nil,
            Self.isLessSure(changed.service, than: record.service)
        {
            validation.fail(
                "auth.password", "must be given again: it would go to another address, or to one that is not verified")
        }
        try validation.finish()
        changed.service.updatedAt = now
        return (changed, tags)
    }

    /// Whether a password that is kept could reach somebody else than before.
    private static func isLessSure(_ service: EdgeService, than before: EdgeService) -> Bool {
        let (new, old) = (service.endpoint, before.endpoint)
        return new.scheme != old.scheme || new.host != old.host || new.port != old.port || new.offer != old.offer
            || (before.verifyTLS && !service.verifyTLS)
    }

    private func checkMode(_ mode: ServiceMode?) throws {
        guard mode != .hosted else {
            throw EdgewrightError(.unsupported, "A hosted service is installed on a host, it can't be adopted.")
        }
    }

    private static func healthPath(_ path: String?, category: ServiceCategory) throws -> String? {
        guard category == .custom else {
            guard path == nil else {
                throw EdgewrightError.invalid("healthPath", "is for services of category custom only")
            }
            return nil
        }
        guard let path else { return "/" }
        guard path.hasPrefix("/"), path.utf8.count <= 500,
            path.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), !path.contains("#")
        else { throw EdgewrightError.invalid("healthPath", "must begin with / and be percent-encoded") }
        return path
    }

    /// The credential of a request, its password sealed.
    /// - Parameter current: what is there; a password that the request leaves out is kept if the user name stays.
    private func authentication(
        _ request: ServiceAuthenticationRequest?, of id: Identifier<EdgeService>, category: ServiceCategory,
        current: ServiceRecord?
    ) throws -> (authentication: ServiceAuthentication, sealedPassword: String?) {
        guard let request, request.kind != .none else { return (.none, nil) }
        guard request.kind == .password else { return (ServiceAuthentication(kind: .jwt), nil) }
        let rule = TextRule(field: "auth.username", length: 1...200)
        let username = try rule.check(request.username ?? current?.service.auth.username ?? "")
        let authentication = ServiceAuthentication(kind: .password, username: username)
        if let password = request.password {
            guard (1...500).contains(password.utf8.count), !password.utf8.contains(0) else {
                throw EdgewrightError.invalid("auth.password", "must have 1 to 500 bytes")
            }
            return (authentication, try sealingKey.seal(password, for: Self.passwordPurpose(of: id)))
        }
        guard let kept = current?.sealedPassword, current?.service.auth.username == username else {
            throw EdgewrightError.invalid("auth.password", "is needed")
        }
        return (authentication, kept)
    }

    static func passwordPurpose(of id: Identifier<EdgeService>) -> String { "service:\(id):password" }
}
