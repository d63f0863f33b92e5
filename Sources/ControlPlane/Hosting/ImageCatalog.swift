package import Fleet
import Hosting
import Store

/// What services are made from. System administrators keep the list; whoever edits services chooses from it.
package struct ImageCatalog: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let registries: RegistryCatalog

    private static let versionRule = TextRule(field: "version", length: 1...100)

    package func listImages(
        of category: ServiceCategory?, q: String?, _ page: PageRequest
    ) async throws -> Page<ContainerImage> {
        try await context.read { try $0.images(of: category, matching: q, page) }
    }

    package func getImage(_ id: Identifier<ContainerImage>) async throws -> ContainerImage {
        try await context.read { try existing(id, $0) }
    }

    package func createImage(_ request: CreateImageRequest, in access: PlatformAccess) async throws -> ContainerImage {
        var validation = Validation()
        let reference = try validation.check { try ImageReference(request.reference) }
        let version = try validation.check {
            try Self.versionRule.check(request.version ?? reference?.tag ?? reference?.digest ?? "?")
        }
        let description = try validation.check { try TextRule.description.check(request.description ?? "") }
        try validation.finish()
        guard let reference, let version, let description else {
            throw EdgewrightError(.internal, "A checked request lost a field.")
        }
        let id: Identifier<ContainerImage> = context.makeIdentifier()
        let now = context.now()
        return try await context.change { session in
            // The first of its category is taken unless somebody says otherwise.
            let isDefault = try request.isDefault ?? (session.defaultImage(of: request.category) == nil)
            let image = ContainerImage(
                id: id, category: request.category, reference: reference, version: version, isDefault: isDefault,
                description: description, at: now)
            do {
                try session.insertImage(image)
            } catch let error as StoreError where error.violates("container_image_reference") {
                throw EdgewrightError(
                    .conflict, "The image “\(reference)” is in the list of \(request.category.rawValue) already.",
                    fields: [FieldError(field: "reference", message: "is in the list already")])
            }
            try recorder.record(event("image.create", image), by: access.caller, in: session)
            return image
        }
    }

    package func updateImage(
        _ id: Identifier<ContainerImage>, _ request: UpdateImageRequest, in access: PlatformAccess
    ) async throws -> ContainerImage {
        let version = try request.version.map { try Self.versionRule.check($0) }
        let description = try request.description.map { try TextRule.description.check($0) }
        let now = context.now()
        return try await context.change { session in
            var image = try existing(id, session)
            image.version = version ?? image.version
            image.description = description ?? image.description
            image.isDefault = request.isDefault ?? image.isDefault
            image.updatedAt = now
            try session.updateImage(image)
            try recorder.record(event("image.update", image), by: access.caller, in: session)
            return image
        }
    }

    /// Services that were made from it stay as they are.
    package func deleteImage(_ id: Identifier<ContainerImage>, in access: PlatformAccess) async throws {
        try await context.change { session in
            let image = try existing(id, session)
            try session.deleteImage(id)
            try recorder.record(event("image.delete", image), by: access.caller, in: session)
        }
    }

    /// Asks the image's registry for it, and takes note of the digest.
    package func checkImage(
        _ id: Identifier<ContainerImage>, in access: PlatformAccess
    ) async throws -> ImageCheck {
        let image = try await getImage(id)
        let check = await registries.look(up: image.reference)
        try await context.change { session in
            var image = try existing(id, session)
            image.digest = check.digest ?? image.digest
            try session.updateImage(image)
            try recorder.record(
                event("image.check", image, check.found ? check.digest ?? "" : check.reason), by: access.caller,
                in: session)
        }
        return check
    }

    private func existing(_ id: Identifier<ContainerImage>, _ session: any SQLSession) throws -> ContainerImage {
        guard let image = try session.image(id) else { throw EdgewrightError.notFound("image", id.rawValue) }
        return image
    }

    private func event(_ operation: String, _ image: ContainerImage, _ detail: String = "") -> AuditEvent {
        AuditEvent(
            operation: operation,
            target: .init(type: "image", id: image.id.rawValue, name: image.reference.text), detail: detail)
    }
}
