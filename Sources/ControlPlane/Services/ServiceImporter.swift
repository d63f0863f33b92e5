import Fleet
package import NIOCore
import Store

/// Adopts services from a CSV file as it arrives. Good lines are kept, whatever the others are like.
///
/// Rows are written some hundreds at a time, each such step one transaction: dying in the middle leaves whole steps
/// done, and sending the file again reports what is there already line by line.
package struct ServiceImporter: Sendable {
    private static let rowsAtOnce = 500

    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let directory: ServiceDirectory
    let monitor: Monitor

    /// - Throws: `.invalidInput` when the header line is no header of this format; what `bytes` throws.
    package func importServices(
        _ bytes: some AsyncSequence<ByteBuffer, any Error> & Sendable, in access: ProjectAccess
    ) async throws -> ImportReport {
        var run = Run(importer: self, access: access)
        var reader = CSVReader()
        for try await chunk in bytes {
            reader.read(chunk.readableBytesView) { run.take($0) }
            try await run.flush(atLeast: Self.rowsAtOnce)
        }
        reader.finish { run.take($0) }
        try await run.finish()
        if run.imported >= Self.rowsAtOnce { try await context.write { try $0.refreshServiceStatistics() } }
        let event = event("service.import.end", "\(run.imported) imported, \(run.failures.count) failed", in: access)
        try await context.write { try recorder.record(event, by: access.caller, in: $0) }
        return ImportReport(imported: run.imported, failures: run.failures)
    }

    private func event(_ operation: String, _ detail: String, in access: ProjectAccess) -> AuditEvent {
        AuditEvent(
            operation: operation, target: .init(type: "project", id: access.projectId.rawValue, name: ""),
            orgId: access.orgId, projectId: access.projectId, detail: detail)
    }

    /// Writes the rows that can be written.
    /// - Returns: what was written, and why the others were not.
    fileprivate func write(
        _ rows: [(row: ServiceRow, line: Int)], in access: ProjectAccess
    ) async throws -> (written: [ServiceRecord], failures: [ImportFailure], revision: Int64) {
        let now = context.now()
        return try await context.numberedChange { session, revision in
            var taken = try session.takenServices(
                names: rows.map(\.row.name), endpoints: rows.map(\.row.endpoint), in: access.projectId)
            let offers = try session.offers(of: rows.compactMap(\.row.endpoint.agent), in: access.projectId)
            var written: [ServiceRecord] = []
            var failures: [ImportFailure] = []
            for (row, line) in rows {
                if let flaw = session.offerFlaw(row.endpoint, .service, among: offers) {
                    failures.append(ImportFailure(line: line, column: "endpoint", reason: flaw))
                } else if let failure = Self.conflict(row, line, taken) {
                    failures.append(failure)
                } else {
                    taken.names.insert(row.name)
                    taken.endpoints[row.endpoint.description] = row.name
                    written.append(record(row, in: access.projectId, at: now))
                }
            }
            try session.insertServices(written)
            try session.insertTags(of: written.map(\.service)) { name in
                Tag(id: context.makeIdentifier(), name: name, services: 0, createdAt: now)
            }
            if let first = written.first, let last = written.last, let from = rows.first?.line, let to = rows.last?.line
            {
                // With each step: should the import break off, the log still says what it did.
                let names = first.service.id == last.service.id ? "" : " to “\(last.service.name)”"
                let detail = "\(written.count) from lines \(from) to \(to): “\(first.service.name)”\(names)"
                try recorder.record(event("service.import", detail, in: access), by: access.caller, in: session)
            }
            if !written.isEmpty { try monitor.announcer.announce(importInto: access.projectId, in: session) }
            return (written, failures, revision)
        }
    }

    private static func conflict(_ row: ServiceRow, _ line: Int, _ taken: TakenServices) -> ImportFailure? {
        if taken.names.contains(row.name) {
            return ImportFailure(
                line: line, column: "name", reason: "there is a service named “\(row.name)” in this project already")
        }
        if let holder = taken.endpoints[row.endpoint.description] {
            return ImportFailure(
                line: line, column: "endpoint", reason: "\(row.endpoint) belongs to the service “\(holder)” already")
        }
        return nil
    }

    private func record(_ row: ServiceRow, in project: Identifier<Project>, at now: Timestamp) -> ServiceRecord {
        let service = EdgeService(
            id: context.makeIdentifier(), projectId: project, name: row.name, category: row.category, mode: .managed,
            connection: row.endpoint.connection, endpoint: row.endpoint, verifyTLS: true,
            healthPath: row.category == .custom ? "/" : nil, status: .unknown,
            statusReason: ServiceRules.notProbedYet, statusSince: now, version: nil, lastSeen: nil, tags: row.tags,
            auth: .none, description: "", createdAt: now, updatedAt: now)
        return ServiceRecord(service: service, sealedPassword: nil)
    }
}

extension ServiceImporter {
    /// One import under way.
    fileprivate struct Run {
        let importer: ServiceImporter
        let access: ProjectAccess
        var imported = 0
        let failures = ImportFailures()
        private var columns: [ServiceCSVColumn: Int]?
        private var headerError: EdgewrightError?
        private var pending: [(row: ServiceRow, line: Int)] = []

        init(importer: ServiceImporter, access: ProjectAccess) {
            self.importer = importer
            self.access = access
        }

        mutating func take(_ event: CSVReader.Event) {
            switch event {
            case .bad(let reason, let line):
                guard columns != nil else { return failHeader(.invalid("header", reason)) }
                failures.append(ImportFailure(line: line, column: "", reason: reason))
            case .row(let fields, let line):
                guard let columns else { return takeHeader(fields) }
                takeRow(fields, line, columns)
            }
        }

        private mutating func takeHeader(_ fields: [String]) {
            guard headerError == nil else { return }
            do {
                columns = try ServiceRow.columns(header: fields)
            } catch let error as EdgewrightError {
                failHeader(error)
            } catch {
                failHeader(EdgewrightError(.internal, "The header line could not be read.", cause: error))
            }
        }

        private mutating func failHeader(_ error: EdgewrightError) {
            headerError = headerError ?? error
        }

        private mutating func takeRow(_ fields: [String], _ line: Int, _ columns: [ServiceCSVColumn: Int]) {
            do {
                pending.append((try ServiceRow(fields: fields, columns: columns), line))
            } catch {
                let field = (error as? EdgewrightError)?.fields.first
                failures.append(
                    ImportFailure(line: line, column: field?.field ?? "", reason: field?.message ?? "can't be read"))
            }
        }

        /// Writes what is pending once there is enough of it.
        mutating func flush(atLeast count: Int) async throws {
            if let headerError { throw headerError }
            while pending.count >= max(1, count) {
                let rows = Array(pending.prefix(ServiceImporter.rowsAtOnce))
                let (written, failed, revision) = try await importer.write(rows, in: access)
                pending.removeFirst(rows.count)
                imported += written.count
                for failure in failed { failures.append(failure) }
                importer.directory.put(
                    written.map { DirectoryEntry($0, orgId: access.orgId) }, revision: revision)
                importer.monitor.servicesImported(written.map(\.service), into: access.projectId)
            }
        }

        mutating func finish() async throws {
            try await flush(atLeast: 1)
            guard columns != nil else {
                throw EdgewrightError.invalid("file", "is empty: the first line must name the columns")
            }
        }
    }
}
