package import Fleet

// The list of a project's services: filtered, sorted and paged in SQL, each way along an index.

extension SQLSession {
    package func services(
        in project: Identifier<Project>, _ filter: ServiceFilter, sort: ServiceSort, _ request: PageRequest
    ) throws -> Page<EdgeService> {
        guard let query = try ServiceListQuery(project: project, filter: filter, sort: sort, session: self) else {
            return Page(items: [], total: request.wantsTotal ? 0 : nil)
        }
        var page = try query.page(self, request)
        if request.wantsTotal { page.total = try count(query.countSQL, query.values) }
        page.items = try completed(page.items)
        return page
    }

    /// The targets of a batch by name: those of the ids that are in the project, or all that the filter finds.
    /// - Throws: `.tooLarge` beyond `BatchTargets.maximum`.
    package func batchTargets(_ targets: BatchTargets, in project: Identifier<Project>) throws -> [BatchTarget] {
        if let ids = targets.ids {
            return try chunks(Set(ids.map(\.rawValue)).sorted()).flatMap { chunk in
                try query(
                    """
                    SELECT \(targetColumns) FROM service s \(targetJoin)
                    WHERE s.project_id = ? AND s.id IN (\(placeholders(chunk.count)))
                    """, [project.rawValue] + chunk
                ).map(BatchTarget.init)
            }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        }
        let filter = targets.filter ?? ServiceFilter()
        guard let list = try ServiceListQuery(project: project, filter: filter, sort: .byName, session: self) else {
            return []
        }
        let except = Set(targets.except ?? [])
        let found = try query(list.targetsSQL, list.values + [BatchTargets.maximum + except.count + 1])
            .map(BatchTarget.init).filter { !except.contains($0.id) }
        guard found.count <= BatchTargets.maximum else {
            throw EdgewrightError(
                .tooLarge, "More than \(BatchTargets.maximum) services are meant; narrow the filter down.")
        }
        return found
    }

    /// Names of the tags of some services, in order.
    package func tagNames(of services: [Identifier<EdgeService>]) throws -> [Identifier<EdgeService>: [String]] {
        var names: [Identifier<EdgeService>: [String]] = [:]
        for chunk in chunks(services.map(\.rawValue)) {
            let rows = try query(
                """
                SELECT st.service_id, t.name FROM service_tag st JOIN tag t ON t.id = st.tag_id
                WHERE st.service_id IN (\(placeholders(chunk.count))) ORDER BY t.name
                """, chunk)
            for row in rows { names[Identifier(rawValue: try row.text(0)), default: []].append(try row.text(1)) }
        }
        return names
    }

    /// Some services by id, for an export of a selection; in no order.
    package func services(
        _ ids: [Identifier<EdgeService>], in project: Identifier<Project>
    ) throws -> [EdgeService] {
        var services: [EdgeService] = []
        for chunk in chunks(ids.map(\.rawValue)) {
            services += try query(
                """
                SELECT \(serviceColumns) FROM service s
                WHERE s.project_id = ? AND s.id IN (\(placeholders(chunk.count)))
                """, [project.rawValue] + chunk
            ).map { try readServiceRecord($0).service }
        }
        return try completed(services)
    }

    /// With what stands in other tables: their tags, their agents' names, and where the hosted ones run.
    func completed(_ services: [EdgeService]) throws -> [EdgeService] {
        let tags = try tagNames(of: services.map(\.id))
        let hosted = services.filter { $0.mode == .hosted }.map(\.id)
        let placements = hosted.isEmpty ? [:] : try placements(of: hosted)
        let agents = try agentNames(services.compactMap(\.agentId))
        return services.map { service in
            var service = service
            service.agentName = service.agentId.flatMap { agents[$0] }
            service.tags = tags[service.id] ?? []
            placements[service.id]?.apply(to: &service)
            return service
        }
    }
}

/// A service that a batch is for.
package struct BatchTarget: Sendable {
    package let id: Identifier<EdgeService>
    package let name: String
    package let isOffline: Bool
    package let mode: ServiceMode
    package let category: ServiceCategory
    /// Of hosted services.
    package let hostId: Identifier<EdgeHost>?
    package let hostName: String?
    package let image: String?

    init(_ row: SQLRow) throws {
        id = Identifier(rawValue: try row.text(0))
        name = try row.text(1)
        isOffline = try row.text(2) == ServiceStatus.offline.rawValue
        mode = try row.word(3)
        category = try row.word(4)
        hostId = try row.textOrNil(5).map(Identifier.init(rawValue:))
        hostName = try row.textOrNil(6)
        image = try row.textOrNil(7)
    }
}

private let targetColumns = "s.id, s.name, s.status, s.mode, s.category, w.host_id, h.name, w.image"
private let targetJoin = "LEFT JOIN workload w ON w.service_id = s.id LEFT JOIN host h ON h.id = w.host_id"

/// One list's conditions and its order.
private struct ServiceListQuery {
    /// From this many on, a tag is common enough that walking the sorted index and testing each service for the tag
    /// finds a page sooner than sorting all services that have it. Below it, the tag's services are few enough to sort.
    private static let commonTagThreshold = 2000

    private var conditions: [String] = []
    private(set) var values: [any SQLBindable] = []
    private var from = "service s"
    private let sort: ServiceSort
    private var keyColumn: String
    private var idColumn = "s.id"

    /// `nil` when a tag in the filter does not exist, so that nothing can match.
    init?(project: Identifier<Project>, filter: ServiceFilter, sort: ServiceSort, session: any SQLSession) throws {
        self.sort = sort
        keyColumn = "s.\(sort.key.column)"
        conditions = ["s.project_id = ?"]
        values = [project.rawValue]
        add("s.status = ?", filter.status?.rawValue)
        add("s.mode = ?", filter.mode?.rawValue)
        add("s.connection = ?", filter.connection?.rawValue)
        add("s.category = ?", filter.category?.rawValue)
        add("s.version = ?", filter.version)
        add("s.search_text LIKE ? ESCAPE '\\'", filter.q.map(likePattern(containing:)))
        add("s.id IN (SELECT service_id FROM workload WHERE host_id = ?)", filter.host?.rawValue)
        add("s.agent_id = ?", filter.agent?.rawValue)
        if let drifted = filter.drifted {
            conditions.append(
                "s.id \(drifted ? "IN" : "NOT IN") (SELECT service_id FROM workload WHERE drift IS NOT NULL)")
        }
        guard try addTags(filter.tags, project: project, session: session) else { return nil }
    }

    private mutating func add(_ condition: String, _ value: String?) {
        guard let value else { return }
        conditions.append(condition)
        values.append(value)
    }

    private mutating func addTags(
        _ names: [String], project: Identifier<Project>, session: any SQLSession
    ) throws -> Bool {
        guard !names.isEmpty else { return true }
        let unique = Set(names)
        let ids = try session.query(
            "SELECT id FROM tag WHERE project_id = ? AND name IN (\(placeholders(unique.count)))",
            [project.rawValue] + Array(unique)
        ).map { try $0.text(0) }
        guard ids.count == unique.count else { return false }
        let leading = try ids.map { (id: $0, count: try countUpToThreshold(tag: $0, session)) }.min {
            $0.count < $1.count
        }
        for (id, count) in try ids.map({ ($0, try countUpToThreshold(tag: $0, session)) }) {
            if id == leading?.id, sort.key == .name || count < Self.commonTagThreshold {
                lead(withTag: id)
            } else {
                conditions.append(
                    "EXISTS (SELECT 1 FROM service_tag x WHERE x.service_id = s.id AND x.tag_id = ?)")
                values.append(id)
            }
        }
        return true
    }

    /// Walks the tag's own index, which has the services' names in it, and looks each service up.
    /// `CROSS JOIN` fixes the order of the two for SQLite; PostgreSQL chooses by its statistics either way.
    private mutating func lead(withTag id: String) {
        from = "service_tag st CROSS JOIN service s"
        conditions.append("st.tag_id = ?")
        conditions.append("s.id = st.service_id")
        values.append(id)
        if sort.key == .name {
            keyColumn = "st.service_name"
            idColumn = "st.service_id"
        }
    }

    private func countUpToThreshold(tag: String, _ session: any SQLSession) throws -> Int {
        try session.count(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM service_tag WHERE tag_id = ? LIMIT ?) counted",
            [tag, Self.commonTagThreshold])
    }

    private var whereClause: String { conditions.joined(separator: " AND ") }

    var countSQL: String { "SELECT COUNT(*) FROM \(from) WHERE \(whereClause)" }

    var targetsSQL: String {
        """
        SELECT \(targetColumns) FROM \(from) \(targetJoin) WHERE \(whereClause) ORDER BY s.name, s.id LIMIT ?
        """
    }

    func page(_ session: any SQLSession, _ request: PageRequest) throws -> Page<EdgeService> {
        let list = KeysetList(
            order: sort.description, keyColumn: keyColumn, idColumn: idColumn, descending: sort.descending,
            kinds: [sort.key.kind, .text])
        return try list.page(
            session, request, select: "SELECT \(serviceColumns) FROM \(from) WHERE \(whereClause)", values: values,
            item: { try readServiceRecord($0).service }, keys: { [sort.key.value(of: $0), .text($0.id.rawValue)] })
    }
}

extension ServiceSort.Key {
    fileprivate var column: String {
        switch self {
        case .name: "name"
        case .category: "category"
        case .status: "status"
        case .statusSince: "status_since"
        case .version: "version"
        case .createdAt: "created_at"
        }
    }

    fileprivate var kind: KeysetCursor.Kind {
        switch self {
        case .name, .category, .status, .version: .text
        case .statusSince, .createdAt: .integer
        }
    }

    fileprivate func value(of service: EdgeService) -> SQLValue {
        switch self {
        case .name: .text(service.name)
        case .category: .text(service.category.rawValue)
        case .status: .text(service.status.rawValue)
        case .statusSince: .integer(service.statusSince?.milliseconds ?? 0)
        case .version: .text(service.version ?? "")
        case .createdAt: .integer(service.createdAt.milliseconds)
        }
    }
}
