import Fleet

/// How what the platform makes is told apart on an engine.
struct WorkloadLabels: Sendable {
    private static let prefix = Workload.labelPrefix

    let platform: String

    /// What every container and volume of the platform carries.
    var ofPlatform: String { "\(Self.prefix).platform=\(platform)" }

    func ofService(_ service: Identifier<EdgeService>) -> String { "\(Workload.serviceLabel)=\(service)" }

    func all(_ workload: WorkloadSpecification) -> [String: String] {
        var all = volume(workload.service)
        all["\(Self.prefix).revision"] = workload.revision
        all["\(Self.prefix).name"] = workload.name
        all["\(Self.prefix).image"] = workload.image.text
        all["\(Self.prefix).restart"] = workload.settings.restart?.engineWord
        return all
    }

    func volume(_ service: Identifier<EdgeService>) -> [String: String] {
        ["\(Self.prefix).platform": platform, Workload.serviceLabel: service.rawValue]
    }

    /// - Returns: `nil` for what another has made.
    func service(_ labels: [String: String]) -> Identifier<EdgeService>? {
        guard labels["\(Self.prefix).platform"] == platform else { return nil }
        return labels[Workload.serviceLabel].map(Identifier.init(rawValue:))
    }

    func revision(_ labels: [String: String]) -> String { labels["\(Self.prefix).revision"] ?? "" }

    /// The reference it was made from; the engine only knows the digest then.
    func image(_ labels: [String: String]) -> String? { labels["\(Self.prefix).image"] }

    /// The restart policy that it is to have: it may lose it while it is aside.
    func restartPolicy(_ labels: [String: String]) -> String? { labels["\(Self.prefix).restart"] }

    static func containerName(_ service: Identifier<EdgeService>) -> String { "edgewright-\(service)" }
    static func asideName(_ service: Identifier<EdgeService>) -> String { "edgewright-\(service)-previous" }
    static func volumeName(_ source: String, of service: Identifier<EdgeService>) -> String {
        "edgewright-\(service)-\(source)"
    }
}
