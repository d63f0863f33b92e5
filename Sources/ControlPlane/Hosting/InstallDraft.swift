import Fleet
import Store

/// What an install is about to make: checked, named and spread over hosts.
struct InstallDraft {
    static let prefixRule = TextRule(field: "parameters.namePrefix", length: 1...20)
    private static let suffixLength = 6
    /// Numbers that JSON keeps whole everywhere.
    private static let seeds = 0...(1 << 53) - 1

    var parameters: BatchParameters
    var items: [BatchItem]
    var offline: Int
    var preview: [BatchPlan.Item]

    /// - Throws: `.invalidInput` naming every field that breaks a rule.
    init(
        _ request: CreateBatchRequest, in project: ProjectAccess, _ session: any SQLSession,
        makeIdentifier: () -> Identifier<EdgeService>
    ) throws {
        var parameters = request.parameters ?? BatchParameters()
        let prefix = try Self.prefixRule.check(parameters.namePrefix ?? "")
        let hosts = try Self.hosts(request.targets, in: project.projectId, session)
        if !project.caller.principal.isSystemAdmin { try Self.checkReach(parameters.settings, on: hosts) }
        let count = try Self.count(request.targets.count, hosts: hosts.count)
        let image = try Self.image(parameters, session)
        parameters.namePrefix = prefix
        parameters.image = image.id
        parameters.category = image.category
        parameters.tags = try TagName.checkSet(parameters.tags ?? [], field: "parameters.tags")
        parameters.settings = try Self.settings(parameters, image.category, session)
        self.parameters = parameters
        let names = try Self.names(count, prefix: prefix, seed: parameters.nameSeed, in: project.projectId, session)
        items = names.enumerated().map { position, name in
            let host = hosts[position % hosts.count].host
            var item = BatchItem(position: position, serviceId: makeIdentifier(), name: name, wave: 1)
            item.hostId = host.id
            item.hostName = host.name
            return item
        }
        offline = items.indices.count { hosts[$0 % hosts.count].host.status == .offline }
        preview = try Self.preview(items, image, parameters.settings ?? WorkloadSettings(), session)
    }

    private static func hosts(
        _ targets: BatchTargets, in project: Identifier<Project>, _ session: any SQLSession
    ) throws -> [HostRecord] {
        guard targets.ids == nil, targets.filter == nil, targets.except == nil else {
            throw EdgewrightError.invalid("targets", "of an install are hosts, not services")
        }
        guard let ids = targets.hosts, !ids.isEmpty else {
            throw EdgewrightError.invalid("targets.hosts", "must name at least one node")
        }
        guard ids.count <= BatchTargets.maximum else {
            throw EdgewrightError.invalid("targets.hosts", "must not be more than \(BatchTargets.maximum)")
        }
        let found = Dictionary(try session.hosts(Array(Set(ids)), in: project).map { ($0.host.id, $0) }) { $1 }
        var seen: Set<Identifier<EdgeHost>> = []
        return try ids.enumerated().compactMap { index, id in
            guard seen.insert(id).inserted else { return nil }
            guard let host = found[id] else {
                throw EdgewrightError.invalid("targets.hosts[\(index)]", "is not a node of this project")
            }
            return host
        }
    }

    /// What reaches out of its container reaches, on the platform's own machine, the platform itself. What a system
    /// administrator has set as a default may do so.
    private static func checkReach(_ settings: WorkloadSettings?, on hosts: [HostRecord]) throws {
        let own = hosts.first { if case .unix = $0.host.address { true } else { false } }
        guard let settings, let own else { return }
        var validation = Validation()
        func refuse(_ field: String, _ what: String, if isWanted: Bool) {
            guard isWanted else { return }
            validation.fail(
                "parameters.settings.\(field)",
                "\(what) only for system administrators on “\(own.host.name)”, the platform's own machine")
        }
        refuse("privileged", "is", if: settings.privileged ?? false)
        refuse("devices", "are", if: !(settings.devices ?? []).isEmpty)
        refuse(
            "volumes", "that are folders of the node are",
            if: (settings.volumes ?? []).contains(where: \.isFolderOfHost))
        try validation.finish()
    }

    private static func count(_ asked: Int?, hosts: Int) throws -> Int {
        guard let asked else { return hosts }
        guard (1...BatchTargets.maximum).contains(asked) else {
            throw EdgewrightError.invalid("targets.count", "must be 1 to \(BatchTargets.maximum)")
        }
        return asked
    }

    private static func image(_ parameters: BatchParameters, _ session: any SQLSession) throws -> ContainerImage {
        let category = parameters.category ?? .neuronex
        guard let id = parameters.image else {
            guard let image = try session.defaultImage(of: category) else {
                throw EdgewrightError.invalid(
                    "parameters.image", "is needed: the list of images has no default for \(category.rawValue)")
            }
            return image
        }
        guard let image = try session.image(id) else {
            throw EdgewrightError.invalid("parameters.image", "is not in the list of images")
        }
        if let asked = parameters.category, asked != image.category {
            throw EdgewrightError.invalid("parameters.image", "is one of \(image.category.rawValue)")
        }
        return image
    }

    /// Complete, so that what is done later does not depend on defaults that change meanwhile.
    private static func settings(
        _ parameters: BatchParameters, _ category: ServiceCategory, _ session: any SQLSession
    ) throws -> WorkloadSettings {
        let overrides = parameters.settings ?? WorkloadSettings()
        try WorkloadRules.check(overrides, field: "parameters.settings")
        var settings = overrides.over(try WorkloadDefaultsCatalog.settings(for: category, session))
        let wantsAuthentication = parameters.authentication ?? false
        let switches = WorkloadSettings.environment(for: category, authentication: wantsAuthentication)
        settings.environment = switches.merging(settings.environment ?? [:]) { $1 }
        try WorkloadRules.checkComplete(settings, field: "parameters.settings")
        if wantsAuthentication, settings.keyFolder == nil {
            throw EdgewrightError.invalid(
                "parameters.settings.keyFolder", "is needed: the platform's public key is put there")
        }
        return settings
    }

    /// Unique in the project; what follows the prefix says nothing.
    private static func names(
        _ count: Int, prefix: String, seed: Int?, in project: Identifier<Project>, _ session: any SQLSession
    ) throws -> [String] {
        if let seed, !seeds.contains(seed) {
            throw EdgewrightError.invalid(
                "parameters.nameSeed", "must be from \(seeds.lowerBound) to \(seeds.upperBound)")
        }
        var generator = SeededGenerator(seed: seed.map(UInt64.init) ?? .random(in: .min ... .max))
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        var names: Set<String> = []
        for _ in 0..<8 where names.count < count {
            var fresh: Set<String> = []
            while names.count + fresh.count < count {
                let suffix = (0..<suffixLength).map { _ in letters.randomElement(using: &generator) ?? "a" }
                fresh.insert(prefix + String(suffix))
            }
            let taken = try session.takenServices(names: Array(fresh), endpoints: [], in: project).names
            names.formUnion(fresh.subtracting(taken))
        }
        guard names.count >= count else {
            throw EdgewrightError.invalid("parameters.namePrefix", "leaves no names that are free")
        }
        return Array(names.sorted().prefix(count))
    }

    /// As things are now; which ports are really free, the engine says when it comes to it.
    private static func preview(
        _ items: [BatchItem], _ image: ContainerImage, _ settings: WorkloadSettings, _ session: any SQLSession
    ) throws -> [BatchPlan.Item] {
        var taken: [Identifier<EdgeHost>: [HostPorts.Key: String]] = [:]
        return try items.prefix(BatchPlan.maximumItems).map { item in
            var plan = BatchPlan.Item(name: item.name, hostName: item.hostName, note: image.reference.text)
            guard let host = item.hostId else { return plan }
            var ports = try taken[host] ?? session.hostPorts(of: host)
            do {
                let assigned = try HostPorts.assign(settings.ports ?? [], taken: ports, on: item.hostName ?? "")
                for port in assigned { port.host.map { ports[.init($0, port.protocol)] = item.name } }
                taken[host] = ports
                let shown = assigned.map { "\($0.host ?? 0)→\($0.container)/\($0.protocol.rawValue)" }
                plan.note += ", " + shown.joined(separator: ", ")
            } catch let error as EdgewrightError {
                plan.note += ": \(error.message)"
                plan.isRefused = true
            }
            return plan
        }
    }
}
