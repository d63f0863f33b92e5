package import Fleet
import Store

/// How services of each category are run unless something else is asked for.
package struct WorkloadDefaultsCatalog: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder

    package func listWorkloadDefaults() async throws -> [WorkloadDefaults] {
        let set = try await context.read { try $0.workloadDefaults() }
        return ServiceCategory.allCases.map { category in
            let standard = WorkloadSettings.standard(for: category)
            return WorkloadDefaults(category: category, settings: set[category]?.over(standard) ?? standard)
        }
    }

    /// What is absent is as the makers of the category have it.
    package func putWorkloadDefaults(
        _ settings: WorkloadSettings, for category: ServiceCategory, in access: PlatformAccess
    ) async throws -> WorkloadDefaults {
        let complete = settings.over(.standard(for: category))
        try WorkloadRules.checkComplete(complete, field: "settings")
        try await context.change { session in
            try session.setWorkloadDefaults(settings, for: category)
            let event = AuditEvent(
                operation: "workload-defaults.update",
                target: .init(type: "workload-defaults", id: category.rawValue, name: category.rawValue))
            try recorder.record(event, by: access.caller, in: session)
        }
        return WorkloadDefaults(category: category, settings: complete)
    }

    /// Within a transaction.
    static func settings(for category: ServiceCategory, _ session: any SQLSession) throws -> WorkloadSettings {
        let standard = WorkloadSettings.standard(for: category)
        return try session.workloadDefaults()[category]?.over(standard) ?? standard
    }
}
