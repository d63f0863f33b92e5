import Fleet

/// Puts tags on services, or takes them off.
struct TagServicesAction: GroupedBatchAction {
    let access: AccessControl
    let services: ServiceCatalog

    func perform(_ items: [BatchWork]) async -> [BatchOutcome] {
        var outcomes = Array(repeating: BatchOutcome.done, count: items.count)
        let allowed = await access.authorize(items, .editServices, &outcomes)
        guard let parameters = items.first?.batch.parameters else { return [] }
        do {
            let request = AssociateTagsRequest(add: parameters.add, remove: parameters.remove)
            let results = try await services.changeServiceTags(request, in: allowed.map(\.access))
            for ((index, _), result) in zip(allowed, results) {
                outcomes[index] = await items[index].outcome { _ = try result.get() }
            }
        } catch {
            for (index, _) in allowed { outcomes[index] = items[index].outcome(of: error) }
        }
        return outcomes
    }
}

extension AccessControl {
    /// Those of several targets that may be changed; of the others it is noted why not.
    func authorize(
        _ items: [BatchWork], _ permission: Permission, _ outcomes: inout [BatchOutcome]
    ) async -> [(index: Int, access: ServiceAccess)] {
        var allowed: [(index: Int, access: ServiceAccess)] = []
        for (index, item) in items.enumerated() {
            outcomes[index] = await item.outcome {
                allowed.append((index, try await authorize(item, permission)))
            }
        }
        return allowed
    }

    /// A batch has the rights that whoever asked for it has now: who has lost them meanwhile changes nothing any more.
    func authorize(_ item: BatchWork, _ permission: Permission) async throws -> ServiceAccess {
        let caller = try await callerOfBatch(item.userId)
        do {
            let access = try await authorize(caller, permission, service: item.serviceId)
            // With its agent it may have been moved to another project, which this batch has nothing to do with.
            guard access.project.projectId == item.batch.projectId else {
                throw EdgewrightError.notFound("service", item.serviceId.rawValue)
            }
            return access
        } catch let error as EdgewrightError where error.code == .notFound {
            // That is also what somebody hears who may not see it any more.
            try await requireRole(caller, permission, of: item)
            throw error
        }
    }

    private func requireRole(_ caller: Caller, _ permission: Permission, of item: BatchWork) async throws {
        do {
            _ = try await authorize(caller, permission, project: item.batch.projectId)
        } catch let error as EdgewrightError where error.code == .notFound {
            throw EdgewrightError(
                .permissionDenied, "Whoever has set this batch going has no role in its project any more.")
        }
    }
}

extension BatchWork {
    /// Runs one attempt, and says what its error means to the batch.
    func outcome(_ body: () async throws -> Void) async -> BatchOutcome {
        do {
            try await body()
            return .done
        } catch {
            return outcome(of: error)
        }
    }

    func outcome(of error: any Error) -> BatchOutcome {
        guard let error = error as? EdgewrightError else { return .failedForNow(reason: "it broke off") }
        switch error.code {
        case .notFound: return .skipped(reason: "“\(name)” is not there any more")
        case .unreachable, .timedOut, .unavailable, .rateLimited, .internal, .badAnswer:
            return .failedForNow(reason: error.message)
        case .invalidInput, .unauthenticated, .permissionDenied, .conflict, .unsupported, .tooLarge:
            return .failed(reason: error.message)
        }
    }
}
