package import Fleet

/// An agent without a project, as far as its place among the others goes.
package struct WaitingAgent: Sendable, Equatable {
    package let id: Identifier<EdgeAgent>
    package let state: EdgeAgent.State
    package let address: String
    package let online: Bool
    /// `nil` when it was never connected.
    package let lastSeen: Timestamp?
    package let createdAt: Timestamp

    package init(
        id: Identifier<EdgeAgent>, state: EdgeAgent.State, address: String, online: Bool, lastSeen: Timestamp?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.state = state
        self.address = address
        self.online = online
        self.lastSeen = lastSeen
        self.createdAt = createdAt
    }
}

// Many agents: lists, what they offer, what is behind them.

extension SQLSession {
    /// A project's agents by name.
    package func agents(
        in project: Identifier<Project>, _ filter: AgentFilter, _ request: PageRequest
    ) throws -> Page<EdgeAgent> {
        try agents("a.project_id = ?", [project.rawValue], filter, request)
    }

    /// Those that belong to no project, by name.
    package func unmanagedAgents(_ filter: AgentFilter, _ request: PageRequest) throws -> Page<EdgeAgent> {
        try agents("a.project_id IS NULL", [], filter, request)
    }

    private func agents(
        _ place: String, _ leading: [any SQLBindable], _ filter: AgentFilter, _ request: PageRequest
    ) throws -> Page<EdgeAgent> {
        var condition = place
        var values = leading
        func add(_ text: String, _ value: (any SQLBindable)?) {
            guard let value else { return }
            condition += " AND \(text)"
            values.append(value)
        }
        add("a.state = ?", filter.state?.rawValue)
        add("a.online = ?", filter.online)
        if let text = filter.q {
            let pattern = likePattern(containing: text)
            condition += " AND (a.search_text LIKE ? ESCAPE '\\' OR a.address LIKE ? ESCAPE '\\')"
            values += [pattern, pattern]
        }
        let list = KeysetList(order: "name", keyColumn: "a.name", idColumn: "a.id")
        var page = try list.page(
            self, request, select: "SELECT \(agentColumns) FROM agent a WHERE \(condition)", values: values,
            item: { try readAgent($0).agent }, keys: { [.text($0.name), .text($0.id.rawValue)] })
        if request.wantsTotal { page.total = try count("SELECT COUNT(*) FROM agent a WHERE \(condition)", values) }
        return page
    }

    /// All that belong to no project.
    package func waitingAgents() throws -> [WaitingAgent] {
        try query("SELECT id, state, address, online, last_seen, created_at FROM agent WHERE project_id IS NULL").map {
            WaitingAgent(
                id: Identifier(rawValue: try $0.text(0)), state: try $0.word(1), address: try $0.text(2),
                online: try $0.bool(3), lastSeen: try $0.integerOrNil(4).map(Timestamp.init(milliseconds:)),
                createdAt: Timestamp(milliseconds: try $0.integer(5)))
        }
    }

    package func countAgents(in project: Identifier<Project>) throws -> Int {
        try count("SELECT COUNT(*) FROM agent WHERE project_id = ?", [project.rawValue])
    }

    /// Removes those without a project that did not come back since a moment.
    /// - Returns: their ids.
    package func deleteUnmanagedAgents(notSeenSince time: Timestamp) throws -> [Identifier<EdgeAgent>] {
        try query(
            """
            DELETE FROM agent WHERE project_id IS NULL AND state = 'unmanaged' AND online = 0
                AND COALESCE(last_seen, created_at) < ? RETURNING id
            """, [time.milliseconds]
        ).map { Identifier(rawValue: try $0.text(0)) }
    }

    // MARK: What they offer

    package func offers(of agent: Identifier<EdgeAgent>) throws -> [AgentOffer] {
        try query(
            "SELECT name, kind, category, url FROM agent_offer WHERE agent_id = ? ORDER BY name", [agent.rawValue]
        )
        .map(readOffer)
    }

    /// The same for several, of those that belong to the project.
    package func offers(
        of agents: [Identifier<EdgeAgent>], in project: Identifier<Project>
    ) throws -> [Identifier<EdgeAgent>: [AgentOffer]] {
        var offers: [Identifier<EdgeAgent>: [AgentOffer]] = [:]
        for chunk in chunks(Set(agents.map(\.rawValue)).sorted()) {
            let rows = try query(
                """
                SELECT o.name, o.kind, o.category, o.url, a.id FROM agent a LEFT JOIN agent_offer o ON o.agent_id = a.id
                WHERE a.project_id = ? AND a.id IN (\(placeholders(chunk.count)))
                """, [project.rawValue] + chunk)
            for row in rows {
                let agent = Identifier<EdgeAgent>(rawValue: try row.text(4))
                offers[agent, default: []] += try row.textOrNil(0) == nil ? [] : [readOffer(row)]
            }
        }
        return offers
    }

    package func setOffers(_ offers: [AgentOffer], of agent: Identifier<EdgeAgent>) throws {
        try lock("agent-offers:\(agent)")
        try execute("DELETE FROM agent_offer WHERE agent_id = ?", [agent.rawValue])
        try insertRows(
            into: "agent_offer", columns: ["agent_id", "name", "kind", "category", "url"],
            rows: offers.map { offer in
                [
                    .text(agent.rawValue), .text(offer.name), .text(offer.kind.rawValue),
                    offer.category?.rawValue.sqlValue ?? .null,
                    .text(offer.url),
                ]
            })
    }

    /// What an agent offers, and what has become of each.
    package func offerStatuses(of agent: Identifier<EdgeAgent>) throws -> [AgentOfferStatus] {
        let rows = try query(
            """
            SELECT o.name, o.kind, o.category, o.url, s.id, s.name, h.id, h.name FROM agent_offer o
            LEFT JOIN service s ON s.agent_id = o.agent_id AND s.endpoint = 'agent://' || o.agent_id || '/' || o.name
            LEFT JOIN host h ON h.agent_id = o.agent_id AND h.address = 'agent://' || o.agent_id || '/' || o.name
            WHERE o.agent_id = ? ORDER BY o.name
            """, [agent.rawValue])
        return try rows.map { row in
            var status = AgentOfferStatus(try readOffer(row))
            status.serviceId = try row.textOrNil(4).map(Identifier.init(rawValue:))
            status.serviceName = try row.textOrNil(5)
            status.hostId = try row.textOrNil(6).map(Identifier.init(rawValue:))
            status.hostName = try row.textOrNil(7)
            return status
        }
    }

    // MARK: What is behind them

    package func services(behind agents: [Identifier<EdgeAgent>]) throws -> [Identifier<EdgeService>] {
        try chunks(agents.map(\.rawValue)).flatMap { chunk in
            try query("SELECT id FROM service WHERE agent_id IN (\(placeholders(chunk.count)))", chunk)
                .map { Identifier(rawValue: try $0.text(0)) }
        }
    }

    /// The same, whole.
    package func serviceRecords(behind agent: Identifier<EdgeAgent>) throws -> [ServiceRecord] {
        let records = try query(
            "SELECT \(serviceColumns) FROM service s WHERE s.agent_id = ? ORDER BY s.name", [agent.rawValue]
        ).map(readServiceRecord)
        return try zip(records, completed(records.map(\.service))).map { record, service in
            ServiceRecord(service: service, sealedPassword: record.sealedPassword)
        }
    }

    package func hosts(behind agent: Identifier<EdgeAgent>) throws -> [EdgeHost] {
        try query("SELECT \(hostColumns) FROM host h WHERE h.agent_id = ? ORDER BY h.name", [agent.rawValue])
            .map { try readHost($0).host }
    }

    /// Whether a batch works on a service behind the agent, or is to work on a host behind it.
    package func isWorkedOn(_ agent: Identifier<EdgeAgent>) throws -> Bool {
        let claimed = try count(
            "SELECT COUNT(*) FROM service_claim c JOIN service s ON s.id = c.service_id WHERE s.agent_id = ?",
            [agent.rawValue])
        return try claimed > 0 || hosts(behind: agent).contains { try isAwaited($0) }
    }

    /// Moves the services and hosts behind an agent to another project. Their tags stay in the one where they were.
    package func moveServices(behind agent: Identifier<EdgeAgent>, to project: Identifier<Project>) throws {
        let services = "(SELECT id FROM service WHERE agent_id = ?)"
        try execute("DELETE FROM service_tag WHERE service_id IN \(services)", [agent.rawValue])
        for table in ["service_statistics", "service_driver", "service_rule"] {
            try execute(
                "UPDATE \(table) SET project_id = ? WHERE service_id IN \(services)",
                [project.rawValue, agent.rawValue])
        }
        try execute("UPDATE service SET project_id = ? WHERE agent_id = ?", [project.rawValue, agent.rawValue])
        try execute("UPDATE host SET project_id = ? WHERE agent_id = ?", [project.rawValue, agent.rawValue])
    }
}

private func readOffer(_ row: SQLRow) throws -> AgentOffer {
    AgentOffer(
        name: try row.text(0), kind: try row.word(1),
        category: try row.textOrNil(2).flatMap(ServiceCategory.init(rawValue:)), url: try row.text(3))
}
