package import Fleet

// Tags of a project, and which services have them.

extension SQLSession {
    /// - Throws: `StoreError.uniqueViolation` of `tag_name`.
    package func insertTag(_ tag: Tag, in project: Identifier<Project>) throws {
        try execute(
            "INSERT INTO tag (id, project_id, name, created_at) VALUES (?, ?, ?, ?)",
            [tag.id.rawValue, project.rawValue, tag.name, tag.createdAt.milliseconds])
    }

    package func tag(_ id: Identifier<Tag>, in project: Identifier<Project>) throws -> Tag? {
        try queryFirst(
            "SELECT \(tagColumns) FROM tag t WHERE t.id = ? AND t.project_id = ?", [id.rawValue, project.rawValue]
        ).map(readTag)
    }

    package func renameTag(_ id: Identifier<Tag>, to name: String) throws {
        try execute("UPDATE tag SET name = ? WHERE id = ?", [name, id.rawValue])
    }

    package func deleteTag(_ id: Identifier<Tag>) throws {
        try execute("DELETE FROM tag WHERE id = ?", [id.rawValue])
    }

    /// Tags by name.
    package func tags(in project: Identifier<Project>, matching text: String?, _ request: PageRequest) throws
        -> Page<Tag>
    {
        var condition = "t.project_id = ?"
        var values: [any SQLBindable] = [project.rawValue]
        if let text {
            condition += " AND LOWER(t.name) LIKE ? ESCAPE '\\'"
            values.append(likePattern(containing: text))
        }
        let list = KeysetList(order: "name", keyColumn: "t.name", idColumn: "t.id")
        var page = try list.page(
            self, request, select: "SELECT \(tagColumns) FROM tag t WHERE \(condition)", values: values,
            item: readTag, keys: { [.text($0.name), .text($0.id.rawValue)] })
        if request.wantsTotal { page.total = try count("SELECT COUNT(*) FROM tag t WHERE \(condition)", values) }
        return page
    }

    /// The ids of these tags; those that the project does not have yet are made.
    package func ensureTags(
        _ names: Set<String>, in project: Identifier<Project>, make: (String) -> Tag
    ) throws -> [String: Identifier<Tag>] {
        guard !names.isEmpty else { return [:] }
        let known = try tagIdentifiers(names, in: project)
        let missing = names.filter { known[$0] == nil }.sorted()
        guard !missing.isEmpty else { return known }
        let rows: [[SQLValue]] = missing.map(make).map { tag in
            [.text(tag.id.rawValue), .text(project.rawValue), .text(tag.name), .integer(tag.createdAt.milliseconds)]
        }
        try insertRows(
            into: "tag", columns: ["id", "project_id", "name", "created_at"], rows: rows,
            suffix: "ON CONFLICT DO NOTHING")
        return try tagIdentifiers(names, in: project)
    }

    private func tagIdentifiers(
        _ names: Set<String>, in project: Identifier<Project>
    ) throws -> [String: Identifier<Tag>] {
        var identifiers: [String: Identifier<Tag>] = [:]
        for chunk in chunks(Array(names)) {
            let rows = try query(
                "SELECT name, id FROM tag WHERE project_id = ? AND name IN (\(placeholders(chunk.count)))",
                [project.rawValue] + chunk)
            for row in rows { identifiers[try row.text(0)] = Identifier(rawValue: try row.text(1)) }
        }
        return identifiers
    }

    /// Writes the tags of services of one project that have none in the store yet; tags that the project does not have
    /// are made.
    package func insertTags(of services: [EdgeService], make: (String) -> Tag) throws {
        guard let project = services.first?.projectId else { return }
        let tags = try ensureTags(Set(services.flatMap(\.tags)), in: project, make: make)
        try insertServiceTags(
            services.flatMap { service in
                service.tags.compactMap { name in tags[name].map { (service.id, service.name, $0) } }
            })
    }

    package func insertServiceTags(
        _ pairs: [(service: Identifier<EdgeService>, serviceName: String, tag: Identifier<Tag>)]
    ) throws {
        try insertRows(
            into: "service_tag", columns: ["service_id", "service_name", "tag_id"],
            rows: pairs.map { [.text($0.service.rawValue), .text($0.serviceName), .text($0.tag.rawValue)] },
            suffix: "ON CONFLICT DO NOTHING")
    }

    package func deleteServiceTags(of services: [Identifier<EdgeService>]) throws {
        for chunk in chunks(services.map(\.rawValue)) {
            try execute("DELETE FROM service_tag WHERE service_id IN (\(placeholders(chunk.count)))", chunk)
        }
    }
}

private let tagColumns =
    "t.id, t.name, (SELECT COUNT(*) FROM service_tag st WHERE st.tag_id = t.id), t.created_at"

private func readTag(_ row: SQLRow) throws -> Tag {
    Tag(
        id: Identifier(rawValue: try row.text(0)), name: try row.text(1), services: try row.int(2),
        createdAt: Timestamp(milliseconds: try row.integer(3)))
}
