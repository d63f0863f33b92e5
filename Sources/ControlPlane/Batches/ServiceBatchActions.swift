import Fleet

/// Puts tags on services, or takes them off.
struct TagServicesAction: BatchAction {
    let access: AccessControl
    let services: ServiceCatalog

    func perform(_ item: BatchWork) async -> BatchOutcome {
        await item.outcome {
            let service = try await access.authorize(item, .editServices)
            let parameters = item.batch.parameters
            _ = try await services.changeServiceTags(
                AssociateTagsRequest(add: parameters.add, remove: parameters.remove), in: service)
        }
    }
}

extension AccessControl {
    /// A batch has the rights that whoever asked for it has now: who has lost them meanwhile changes nothing any more.
    func authorize(_ item: BatchWork, _ permission: Permission) async throws -> ServiceAccess {
        let caller = try await callerOfBatch(item.userId)
        return try await authorize(caller, permission, service: item.serviceId)
    }
}

extension BatchWork {
    /// Runs one attempt, and says what its error means to the batch.
    func outcome(_ body: () async throws -> Void) async -> BatchOutcome {
        do {
            try await body()
            return .done
        } catch let error as EdgewrightError {
            switch error.code {
            case .notFound: return .skipped(reason: "“\(name)” is not there any more")
            case .unreachable, .timedOut, .unavailable, .rateLimited, .internal, .badAnswer:
                return .failedForNow(reason: error.message)
            case .invalidInput, .unauthenticated, .permissionDenied, .conflict, .unsupported, .tooLarge:
                return .failed(reason: error.message)
            }
        } catch {
            return .failedForNow(reason: "it broke off")
        }
    }
}
