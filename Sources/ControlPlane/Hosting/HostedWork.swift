import Fleet
import Hosting
import Logging
import Store

/// A hosted service that a batch works on, and the way to where it runs.
struct HostedTarget: Sendable {
    let access: ServiceAccess
    let name: String
    var record: WorkloadRecord
    let host: HostRecord
    let engine: any WorkloadHost

    var serviceId: Identifier<EdgeService> { access.serviceId }
    var workload: Workload { record.workload }
}

/// What the batch actions for hosted services have in common: finding the target, making its container, waiting until it
/// is well, and writing down what came of it.
struct HostedWork: Sendable {
    /// Most answer soon after they were started, some take minutes.
    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(1)
    /// Between two words on how the wait goes.
    private static let toldLogLines = 8
    /// So often an engine may start a container anew by itself until it counts as one that crashes.
    private static let toleratedRestarts = 3

    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let access: AccessControl
    let connector: HostConnector
    let registries: RegistryCatalog
    let directory: ServiceDirectory
    let monitor: Monitor
    let publicKey: String
    let pulls = ImagePulls()
    let ports = PortLists()

    // MARK: Finding

    /// - Throws: `.notFound` when it is gone, `.unsupported` when it is not hosted.
    func target(_ item: BatchWork) async throws -> HostedTarget {
        let service = try await access.authorize(item, .editServices)
        guard let record = try await context.read({ try $0.workload(item.serviceId) }) else {
            throw EdgewrightError(
                .unsupported, "“\(item.name)” is managed: Edgewright did not install it and does not run it.")
        }
        let host = try await self.host(record.workload.hostId, for: item)
        return HostedTarget(
            access: service, name: item.name, record: record, host: host, engine: try connector.connect(host))
    }

    /// - Throws: `.conflict` also when it was moved to another project with its agent: what was asked for in one project
    ///   must not be done to machines of another.
    func host(_ id: Identifier<EdgeHost>, for item: BatchWork) async throws -> HostRecord {
        guard let host = try await context.read({ try $0.host(id) }), host.host.projectId == item.batch.projectId else {
            throw EdgewrightError(.conflict, "The node is not there any more.")
        }
        return host
    }

    func image(_ id: Identifier<ContainerImage>?) async throws -> ContainerImage {
        guard let id, let image = try await context.read({ try $0.image(id) }) else {
            throw EdgewrightError(.conflict, "The image was taken out of the list of images meanwhile.")
        }
        return image
    }

    // MARK: Making

    func specification(_ record: WorkloadRecord, name: String) -> WorkloadSpecification {
        let workload = record.workload
        var specification = WorkloadSpecification(
            service: workload.serviceId, name: name, revision: workload.revision, image: workload.image,
            digest: workload.digest, settings: workload.settings, isStopped: workload.desired == .stopped)
        if record.takesKey, let folder = workload.settings.keyFolder {
            let path = folder.hasSuffix("/") ? folder + EdgeKeys.fileName : "\(folder)/\(EdgeKeys.fileName)"
            specification.files = [.init(path: path, contents: publicKey)]
        }
        return specification
    }

    /// Once for all targets of a batch on the same host, and anew when that was long ago.
    /// - Returns: the digest of what is on the host now.
    func pull(_ image: ImageReference, on engine: any WorkloadHost, _ item: BatchWork) async throws -> String? {
        item.tell("pulling \(image)")
        let key = ImagePulls.Key(batch: item.batch.id, host: item.hostId, image: image)
        return try await pulls.digest(key, now: context.now) {
            try await engine.pull(image, as: try await registries.credential(for: image)) { share in
                item.tell("pulling \(image), \(Int(share * 100)) %")
            }
        }
    }

    // MARK: Waiting

    /// Waits until the service runs and answers its API.
    /// - Throws: `HostingError` of kind `.invalid` with the cause in words and the last lines of the log.
    func waitUntilWell(
        _ id: Identifier<EdgeService>, on engine: any WorkloadHost, _ item: BatchWork
    ) async throws -> ContainerState {
        let limit = Duration.seconds(item.batch.policy.startLimit)
        let start = ContinuousClock.now
        var reason = "it did not answer"
        var restartsBefore: Int?
        var hadEnded = false
        var pause = Self.firstPause
        var nextLook = start + Self.longestPause
        item.tell("waiting for it to answer")
        repeat {
            guard let entry = directory.entry(id) else { throw EdgewrightError.notFound("service", id.rawValue) }
            let check = await monitor.reach(entry)
            reason = check.message
            guard check.authenticated || ContinuousClock.now >= nextLook else {
                try await Task.sleep(for: pause)
                pause = min(pause * 1.5, Self.longestPause)
                continue
            }
            nextLook = ContinuousClock.now + Self.longestPause
            guard let status = try await engine.status(of: id) else {
                throw HostingError(.failed, "its container was removed while it started")
            }
            let before = restartsBefore ?? status.container.restarts
            restartsBefore = before
            // Once may be the moment before the engine starts it anew.
            let hasEnded = status.container.state == .exited || status.container.state == .dead
            if hasEnded && hadEnded || status.container.restarts - before >= Self.toleratedRestarts {
                throw await crash(status.container, hasEnded: hasEnded, id, engine)
            }
            hadEnded = hasEnded
            if status.container.state == .running, check.authenticated { return status.container }
            try await Task.sleep(for: pause)
        } while ContinuousClock.now - start < limit
        let log = await lastLines(of: id, engine)
        throw HostingError(
            .invalid, "it did not become healthy within \(item.batch.policy.startLimit) s: \(reason)\(log)")
    }

    private func crash(
        _ container: ContainerState, hasEnded: Bool, _ id: Identifier<EdgeService>, _ engine: any WorkloadHost
    ) async -> HostingError {
        let code = container.exitCode.map { " with exit code \($0)" } ?? ""
        let log = await lastLines(of: id, engine)
        let what = hasEnded ? "it ended\(code)" : "it ends\(code) again and again"
        return HostingError(.invalid, "\(what) instead of running\(log)")
    }

    private func lastLines(of id: Identifier<EdgeService>, _ engine: any WorkloadHost) async -> String {
        var lines: [String] = []
        do {
            for try await line in try await engine.logs(of: id, tail: Self.toldLogLines, follow: false) {
                lines.append(String(line.text.prefix(200)))
            }
        } catch {
            // The cause is told all the same, only without them.
        }
        let text = lines.filter { !$0.isEmpty }.suffix(Self.toldLogLines).joined(separator: " ⏎ ")
        return text.isEmpty ? "; its log is empty" : "; it said last: \(text)"
    }

    // MARK: Writing down

    /// Takes note of what the service is from now on.
    func commit(
        _ record: WorkloadRecord, _ target: HostedTarget, operation: String, detail: String
    ) async throws {
        let service = try await context.change { session in
            guard let service = try session.service(target.serviceId)?.service else {
                throw EdgewrightError.notFound("service", target.serviceId.rawValue)
            }
            try session.updateWorkload(record.workload)
            let event = AuditEvent(
                operation: operation, target: .init(service), orgId: target.access.project.orgId,
                projectId: service.projectId, detail: detail)
            try recorder.record(event, by: target.access.caller, in: session)
            try monitor.announcer.announce(.updated, [service.id], in: session)
            return try session.service(target.serviceId)?.service ?? service
        }
        monitor.serviceChanged(service, .updated)
    }

    /// What was known of its state does not count any more.
    func observe(_ id: Identifier<EdgeService>) async {
        do {
            try await monitor.observe(id)
        } catch {
            // The next probe says the same.
            context.logger.debug("no probe after a change", metadata: ["service": "\(id)", "error": "\(error)"])
        }
    }
}

extension BatchWork {
    /// Runs one attempt at something on a host, and says what its error means to the batch.
    func hosted(on host: String?, _ body: () async throws -> Void) async -> BatchOutcome {
        var failure: HostingError?
        let outcome = await outcome {
            do {
                try await body()
            } catch let error as HostingError {
                failure = error
            }
        }
        return failure.map { BatchOutcome($0, on: host) } ?? outcome
    }
}

extension BatchOutcome {
    init(_ error: HostingError, on host: String?) {
        switch error.kind {
        case .unreachable: self = .offline(reason: "\(host ?? "its node") can't be reached: \(error.message)")
        case _ where error.mayPass: self = .failedForNow(reason: error.message)
        default: self = .failed(reason: error.message)
        }
    }
}
