import Fleet

/// What a batch of a kind needs to be told.
enum BatchKindRules {
    /// - Throws: `.invalidInput` naming the field.
    static func check(_ request: CreateBatchRequest) throws {
        if request.kind == .tag { try checkTags(request.parameters ?? BatchParameters()) }
        // Those of an install are hosts: see InstallDraft.
        guard request.kind != .install else { return }
        guard request.targets.hosts == nil, request.targets.count == nil else {
            throw EdgewrightError.invalid("targets", "have hosts in them, which are for an install only")
        }
        guard (request.targets.ids == nil) != (request.targets.filter == nil) else {
            throw EdgewrightError.invalid("targets", "must have either ids or a filter")
        }
        guard request.targets.except == nil || request.targets.filter != nil else {
            throw EdgewrightError.invalid("targets.except", "takes away from a filter, and there is none")
        }
        if let except = request.targets.except, except.count > BatchTargets.maximum {
            throw EdgewrightError.invalid("targets.except", "must not be more than \(BatchTargets.maximum)")
        }
        if let ids = request.targets.ids, ids.count > BatchTargets.maximum {
            throw EdgewrightError.invalid("targets.ids", "must not be more than \(BatchTargets.maximum)")
        }
    }

    private static func checkTags(_ parameters: BatchParameters) throws {
        let added = try TagName.checkSet(parameters.add ?? [], field: "parameters.add")
        let removed = try TagName.checkSet(parameters.remove ?? [], field: "parameters.remove")
        guard !added.isEmpty || !removed.isEmpty else {
            throw EdgewrightError.invalid("parameters.add", "or parameters.remove must name a tag")
        }
    }
}
