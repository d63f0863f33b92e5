import Fleet
import Store

/// A batch as it would be: its targets found, and what speaks against it said.
struct BatchDraft {
    var parameters: BatchParameters
    var items: [BatchItem]
    var offline: Int
    var hosted: Int
    var leftOut = 0
    var warnings: [String] = []
    var preview: [BatchPlan.Item]

    /// Within a transaction that only reads.
    init(
        _ request: CreateBatchRequest, in access: ProjectAccess, _ session: any SQLSession,
        makeIdentifier: () -> Identifier<EdgeService>
    ) throws {
        guard request.kind != .install else {
            let install = try InstallDraft(request, in: access, session, makeIdentifier: makeIdentifier)
            (parameters, items, offline) = (install.parameters, install.items, install.offline)
            (preview, hosted) = (install.preview, install.items.count)
            warnings = Self.warnings(ofInstall: install)
            return
        }
        parameters = request.parameters ?? BatchParameters()
        let found = try session.batchTargets(request.targets, in: access.projectId)
        let image = try Self.image(request, session)
        let (targets, left) = try Self.suitable(found, for: request, image)
        guard !targets.isEmpty else {
            throw EdgewrightError.invalid(
                "targets", found.isEmpty ? "have no service in them" : "have no service in them that this is for")
        }
        leftOut = left
        items = targets.enumerated().map { position, target in
            var item = BatchItem(position: position, serviceId: target.id, name: target.name, wave: 1)
            item.hostId = target.hostId
            item.hostName = target.hostName
            return item
        }
        offline = targets.count(where: \.isOffline)
        hosted = targets.count { $0.mode == .hosted }
        preview = targets.prefix(BatchPlan.maximumItems).map { target in
            let change = image.map { "\(target.image ?? "") → \($0.reference)" } ?? target.image ?? ""
            return BatchPlan.Item(name: target.name, hostName: target.hostName, note: change)
        }
        warnings = Self.warnings(of: request, targets, image)
    }

    private static func image(_ request: CreateBatchRequest, _ session: any SQLSession) throws -> ContainerImage? {
        guard request.kind == .upgrade else { return nil }
        guard let id = request.parameters?.image else {
            throw EdgewrightError.invalid("parameters.image", "is needed: what to change over to")
        }
        guard let image = try session.image(id) else {
            throw EdgewrightError.invalid("parameters.image", "is not in the list of images")
        }
        return image
    }

    /// What was named one by one must fit; of what a filter finds, the rest is left out.
    private static func suitable(
        _ found: [BatchTarget], for request: CreateBatchRequest, _ image: ContainerImage?
    ) throws -> (targets: [BatchTarget], leftOut: Int) {
        guard request.kind.isForHostedOnly else { return (found, 0) }
        let fits = { (target: BatchTarget) in
            target.mode == .hosted && (image.map(\.category) ?? target.category) == target.category
        }
        let targets = found.filter(fits)
        guard request.targets.ids != nil, let other = found.first(where: { !fits($0) }) else {
            return (targets, found.count - targets.count)
        }
        if other.mode == .managed {
            throw EdgewrightError.invalid(
                "targets.ids",
                "have “\(other.name)” in them, which is managed: Edgewright did not install it and can't "
                    + "\(request.kind.rawValue) it")
        }
        throw EdgewrightError.invalid(
            "targets.ids",
            "have “\(other.name)” in them, which is a \(other.category.rawValue); the image is one of "
                + "\(image?.category.rawValue ?? "another category")")
    }

    // MARK: Warnings

    private static func warnings(ofInstall install: InstallDraft) -> [String] {
        var warnings: [String] = []
        let refused = install.preview.count { $0.isRefused ?? false }
        if refused > 0 { warnings.append("\(refused) will fail, because a port that was asked for is taken.") }
        if install.offline > 0 { warnings.append("\(install.offline) are on nodes that do not answer now.") }
        if install.parameters.settings?.privileged ?? false {
            warnings.append("Privileged containers may do everything on their node.")
        }
        return warnings
    }

    private static func warnings(
        of request: CreateBatchRequest, _ targets: [BatchTarget], _ image: ContainerImage?
    ) -> [String] {
        var warnings: [String] = []
        if let image {
            let back = targets.count { $0.image.map { ImageVersion.isDowngrade(from: $0, to: image) } ?? false }
            if back > 0 {
                warnings.append(
                    "\(back) go back to an older version: it may not read data that a newer one has written.")
            }
            let same = targets.count { $0.image == image.reference.text }
            if same > 0 { warnings.append("\(same) run this image already.") }
        }
        let hosted = targets.count { $0.mode == .hosted }
        if request.kind == .delete, hosted > 0 {
            let data =
                request.parameters?.deleteVolumes ?? false
                ? "with all data they have in volumes" : "their volumes are kept"
            warnings.append("\(hosted) are hosted: their containers are removed, \(data).")
            if request.parameters?.force ?? false {
                warnings.append("Where a node does not answer, the registration goes all the same.")
            }
        }
        return warnings
    }
}

/// Whether one image is older than another, as far as their tags tell.
enum ImageVersion {
    static func isDowngrade(from current: String, to image: ContainerImage) -> Bool {
        guard let reference = try? ImageReference(current), let old = numbers(reference.tag),
            let new = numbers(image.reference.tag)
        else { return false }
        return new.lexicographicallyPrecedes(old)
    }

    /// `3.6.0-slim` is 3, 6, 0.
    private static func numbers(_ tag: String?) -> [Int]? {
        guard let tag else { return nil }
        let leading = tag.drop { $0 == "v" }.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let numbers = leading.split(separator: ".").compactMap { Int($0) }
        return numbers.isEmpty ? nil : numbers
    }
}
