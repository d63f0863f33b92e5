package import Fleet

/// A workload as the platform needs it to make it.
package struct WorkloadRecord: Sendable, Equatable {
    package var workload: Workload
    /// Whether the platform's public key is put into it.
    package var takesKey: Bool

    package init(workload: Workload, takesKey: Bool) {
        self.workload = workload
        self.takesKey = takesKey
    }
}

/// What of its workload is shown with a service.
struct ServicePlacement {
    let hostId: Identifier<EdgeHost>
    let hostName: String
    let image: String
    let drift: String?

    func apply(to service: inout EdgeService) {
        service.hostId = hostId
        service.hostName = hostName
        service.image = image
        service.drift = drift
    }
}

/// A container that is to go as soon as its host answers.
package struct WorkloadRemoval: Sendable, Equatable {
    package var serviceId: Identifier<EdgeService>
    package var withVolumes: Bool
}

// What runs on hosts, and which of their ports it has.

extension SQLSession {
    package func insertWorkload(_ record: WorkloadRecord) throws {
        let workload = record.workload
        try execute(
            """
            INSERT INTO workload (service_id, host_id, image, digest, desired, settings, revision, takes_key, container,
                drift)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                workload.serviceId.rawValue, workload.hostId.rawValue, workload.image.text, workload.digest,
                workload.desired.rawValue, try encoded(workload.settings), workload.revision, record.takesKey,
                try workload.container.map(encoded), workload.drift,
            ])
    }

    package func updateWorkload(_ workload: Workload) throws {
        try execute(
            """
            UPDATE workload SET image = ?, digest = ?, desired = ?, settings = ?, revision = ?, container = ?, drift = ?
            WHERE service_id = ?
            """,
            [
                workload.image.text, workload.digest, workload.desired.rawValue, try encoded(workload.settings),
                workload.revision, try workload.container.map(encoded), workload.drift, workload.serviceId.rawValue,
            ])
    }

    /// Writes what was seen of it, unless something else was asked for meanwhile.
    package func updateWorkloadState(_ workload: Workload) throws {
        try execute(
            "UPDATE workload SET container = ?, drift = ? WHERE service_id = ? AND revision = ? AND desired = ?",
            [
                try workload.container.map(encoded), workload.drift, workload.serviceId.rawValue, workload.revision,
                workload.desired.rawValue,
            ])
    }

    package func workload(_ id: Identifier<EdgeService>) throws -> WorkloadRecord? {
        try queryFirst("\(workloadSelect) WHERE w.service_id = ?", [id.rawValue]).map(readWorkload)
    }

    /// What is to run on a host, except what a batch is working on.
    package func workloads(on host: Identifier<EdgeHost>) throws -> [WorkloadRecord] {
        try query(
            """
            \(workloadSelect) WHERE w.host_id = ?
                AND NOT EXISTS (SELECT 1 FROM service_claim c WHERE c.service_id = w.service_id)
            """, [host.rawValue]
        ).map(readWorkload)
    }

    func placements(of services: [Identifier<EdgeService>]) throws -> [Identifier<EdgeService>: ServicePlacement] {
        var placements: [Identifier<EdgeService>: ServicePlacement] = [:]
        for chunk in chunks(services.map(\.rawValue)) {
            let rows = try query(
                """
                SELECT w.service_id, w.host_id, h.name, w.image, w.drift FROM workload w JOIN host h ON h.id = w.host_id
                WHERE w.service_id IN (\(placeholders(chunk.count)))
                """, chunk)
            for row in rows {
                placements[Identifier(rawValue: try row.text(0))] = ServicePlacement(
                    hostId: Identifier(rawValue: try row.text(1)), hostName: try row.text(2), image: try row.text(3),
                    drift: try row.textOrNil(4))
            }
        }
        return placements
    }

    // MARK: Ports

    /// Ports of a host that services of ours have, and the services' names.
    package func hostPorts(
        of host: Identifier<EdgeHost>, except service: Identifier<EdgeService>? = nil
    ) throws -> [HostPorts.Key: String] {
        let rows = try query(
            """
            SELECT p.port, p.protocol, COALESCE(s.name, '') FROM host_port p LEFT JOIN service s ON s.id = p.service_id
            WHERE p.host_id = ? AND p.service_id <> ?
            """, [host.rawValue, service?.rawValue ?? ""])
        var ports: [HostPorts.Key: String] = [:]
        for row in rows { ports[HostPorts.Key(try row.int(0), try row.word(1))] = try row.text(2) }
        return ports
    }

    /// The service has these ports from now on, and no others.
    /// - Throws: `StoreError.uniqueViolation` when another has one of them.
    package func setHostPorts(
        _ ports: [WorkloadSettings.Port], of service: Identifier<EdgeService>, on host: Identifier<EdgeHost>
    ) throws {
        try deleteHostPorts(of: [service])
        try insertRows(
            into: "host_port", columns: ["host_id", "protocol", "port", "service_id"],
            rows: ports.compactMap { port in
                port.host.map {
                    [
                        .text(host.rawValue), .text(port.protocol.rawValue), .integer(Int64($0)),
                        .text(service.rawValue),
                    ]
                }
            })
    }

    package func deleteHostPorts(of services: [Identifier<EdgeService>]) throws {
        for chunk in chunks(services.map(\.rawValue)) {
            try execute("DELETE FROM host_port WHERE service_id IN (\(placeholders(chunk.count)))", chunk)
        }
    }

    // MARK: What is to go

    package func insertWorkloadRemoval(
        of service: Identifier<EdgeService>, from host: Identifier<EdgeHost>, withVolumes: Bool, at now: Timestamp
    ) throws {
        try execute(
            """
            INSERT INTO workload_removal (host_id, service_id, with_volumes, asked_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """, [host.rawValue, service.rawValue, withVolumes, now.milliseconds])
    }

    package func workloadRemovals(from host: Identifier<EdgeHost>) throws -> [WorkloadRemoval] {
        try query(
            "SELECT service_id, with_volumes FROM workload_removal WHERE host_id = ? LIMIT 100", [host.rawValue]
        ).map { WorkloadRemoval(serviceId: Identifier(rawValue: try $0.text(0)), withVolumes: try $0.bool(1)) }
    }

    /// Whether a removal is still to be done, and no batch works on the service.
    package func isOwed(_ removal: WorkloadRemoval, to host: Identifier<EdgeHost>) throws -> Bool {
        try count(
            """
            SELECT COUNT(*) FROM workload_removal r WHERE r.host_id = ? AND r.service_id = ?
                AND NOT EXISTS (SELECT 1 FROM service_claim c WHERE c.service_id = r.service_id)
            """, [host.rawValue, removal.serviceId.rawValue]) > 0
    }

    package func deleteWorkloadRemoval(
        of service: Identifier<EdgeService>, from host: Identifier<EdgeHost>
    ) throws {
        try execute(
            "DELETE FROM workload_removal WHERE host_id = ? AND service_id = ?", [host.rawValue, service.rawValue])
    }
}

private let workloadSelect = """
    SELECT w.service_id, w.host_id, h.name, w.image, w.digest, w.desired, w.settings, w.revision, w.takes_key,
        w.container, w.drift FROM workload w JOIN host h ON h.id = w.host_id
    """

private func readWorkload(_ row: SQLRow) throws -> WorkloadRecord {
    let reference = try row.text(3)
    guard let image = try? ImageReference(reference) else {
        throw StoreError(.corrupt, "the image “\(reference)” in the store can't be read")
    }
    var workload = Workload(
        serviceId: Identifier(rawValue: try row.text(0)), hostId: Identifier(rawValue: try row.text(1)),
        hostName: try row.text(2), image: image, settings: try decoded(try row.text(6)), revision: try row.text(7))
    workload.digest = try row.textOrNil(4)
    workload.desired = try row.word(5)
    workload.container = try row.textOrNil(9).map { try decoded($0) }
    workload.drift = try row.textOrNil(10)
    return WorkloadRecord(workload: workload, takesKey: try row.bool(8))
}
