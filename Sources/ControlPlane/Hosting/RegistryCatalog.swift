package import Fleet
import Hosting
import Store
import Transport

/// Where images come from, and who the platform is there.
package struct RegistryCatalog: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let client: DirectTransportClient
    let sealingKey: SealingKey

    package func listRegistries(_ page: PageRequest) async throws -> Page<ImageRegistry> {
        try await context.read { try $0.registries(page) }
    }

    package func getRegistry(_ id: Identifier<ImageRegistry>) async throws -> ImageRegistry {
        try await context.read { try existing(id, $0).registry }
    }

    package func createRegistry(
        _ request: CreateRegistryRequest, in access: PlatformAccess
    ) async throws -> ImageRegistry {
        let record = try draft(request)
        try await context.change { session in
            try refusingTaken(record.registry) { try session.insertRegistry(record) }
            try recorder.record(event("registry.create", record.registry), by: access.caller, in: session)
        }
        return record.registry
    }

    package func updateRegistry(
        _ id: Identifier<ImageRegistry>, _ request: UpdateRegistryRequest, in access: PlatformAccess
    ) async throws -> ImageRegistry {
        let now = context.now()
        return try await context.change { session in
            var record = try existing(id, session)
            if let name = request.name { record.registry.name = try ImageRegistry.nameRule.check(name) }
            let plainBefore = record.registry.plainHTTP
            record.registry.plainHTTP = request.plainHTTP ?? plainBefore
            if request.username != nil || request.password != nil {
                try setCredential(
                    request.username ?? record.registry.username, request.password, of: &record)
            }
            let isKept = record.sealedPassword != nil && request.password == nil
            if isKept, record.registry.plainHTTP, !plainBefore {
                throw EdgewrightError.invalid("password", "must be given again: it would go over the wire in the clear")
            }
            record.registry.updatedAt = now
            try refusingTaken(record.registry) { try session.updateRegistry(record) }
            try recorder.record(event("registry.update", record.registry), by: access.caller, in: session)
            return record.registry
        }
    }

    package func deleteRegistry(_ id: Identifier<ImageRegistry>, in access: PlatformAccess) async throws {
        try await context.change { session in
            let registry = try existing(id, session).registry
            try session.deleteRegistry(id)
            try recorder.record(event("registry.delete", registry), by: access.caller, in: session)
        }
    }

    /// Tries an address and credentials without saving anything.
    package func checkRegistry(_ request: CreateRegistryRequest) async throws -> RegistryCheck {
        let record = try draft(request)
        return await registryClient(record, record.registry.address, try credential(of: record)).check()
    }

    package func checkRegistry(
        _ id: Identifier<ImageRegistry>, in access: PlatformAccess
    ) async throws -> RegistryCheck {
        let record = try await context.read { try existing(id, $0) }
        let check = await registryClient(record, record.registry.address, try credential(of: record)).check()
        try await context.change { session in
            try recorder.record(
                event("registry.check", record.registry, check.ok ? "accepted" : check.reason), by: access.caller,
                in: session)
        }
        return check
    }

    // MARK: For who makes services

    /// What the image's registry is told, if anything is known of it.
    func credential(for image: ImageReference) async throws -> RegistryCredential? {
        guard let record = try await context.read({ try $0.registry(at: image.registry) }) else { return nil }
        return try credential(of: record)
    }

    func look(up image: ImageReference) async -> ImageCheck {
        do {
            let record = try await context.read { try $0.registry(at: image.registry) }
            return await registryClient(record, image.registry, try record.flatMap(credential)).look(up: image)
        } catch let error as EdgewrightError {
            return ImageCheck(found: false, reason: error.message)
        } catch {
            return ImageCheck(found: false, reason: "it broke off")
        }
    }

    // MARK: Parts

    private func registryClient(
        _ record: RegistryRecord?, _ address: String, _ credential: RegistryCredential?
    ) -> RegistryClient {
        let client = client
        return RegistryClient(
            address: address, plainHTTP: record?.registry.plainHTTP ?? false, credential: credential
        ) { try DirectTransport(endpoint: $0, client: client) }
    }

    private func draft(_ request: CreateRegistryRequest) throws -> RegistryRecord {
        var validation = Validation()
        let name = try validation.check { try ImageRegistry.nameRule.check(request.name) }
        let address = try validation.check { try Self.address(request.address) }
        try validation.finish()
        guard let name, let address else { throw EdgewrightError(.internal, "A checked request lost a field.") }
        let now = context.now()
        let registry = ImageRegistry(
            id: context.makeIdentifier(), name: name, address: address, username: nil, hasPassword: false,
            plainHTTP: request.plainHTTP ?? false, createdAt: now, updatedAt: now)
        var record = RegistryRecord(registry: registry, sealedPassword: nil)
        try setCredential(request.username, request.password, of: &record)
        return record
    }

    /// As references of images begin.
    private static func address(_ text: String) throws -> String {
        let text = text == "hub" || text == "registry-1.docker.io" ? ImageReference.hub : text
        guard let reference = try? ImageReference("\(text)/image"), reference.registry == text else {
            throw EdgewrightError.invalid(
                "address", "must be what the references of its images begin with, such as registry.local:5000")
        }
        return text
    }

    private func setCredential(_ username: String?, _ password: String?, of record: inout RegistryRecord) throws {
        guard let username, !username.isEmpty else {
            guard password == nil || password == "" else {
                throw EdgewrightError.invalid("username", "is needed with a password")
            }
            record.registry.username = nil
            record.registry.hasPassword = false
            record.sealedPassword = nil
            return
        }
        let checked = try TextRule(field: "username", length: 1...200).check(username)
        if let password {
            guard (1...4000).contains(password.utf8.count), !password.utf8.contains(0) else {
                throw EdgewrightError.invalid("password", "must have 1 to 4000 bytes")
            }
            record.sealedPassword = try sealingKey.seal(password, for: Self.purpose(of: record.registry.id))
        } else if record.registry.username != checked {
            throw EdgewrightError.invalid("password", "is needed")
        }
        record.registry.username = checked
        record.registry.hasPassword = record.sealedPassword != nil
    }

    private func credential(of record: RegistryRecord) throws -> RegistryCredential? {
        guard let username = record.registry.username, let sealed = record.sealedPassword else { return nil }
        let password = try sealingKey.open(sealed, for: Self.purpose(of: record.registry.id))
        return RegistryCredential(username: username, password: password)
    }

    private static func purpose(of id: Identifier<ImageRegistry>) -> String { "registry:\(id):password" }

    private func existing(_ id: Identifier<ImageRegistry>, _ session: any SQLSession) throws -> RegistryRecord {
        guard let record = try session.registry(id) else { throw EdgewrightError.notFound("registry", id.rawValue) }
        return record
    }

    private func refusingTaken(_ registry: ImageRegistry, _ body: () throws -> Void) throws {
        do {
            try refusingTakenName("registry", registry.name, index: "image_registry_name", body)
        } catch let error as StoreError where error.violates("image_registry_address") {
            throw EdgewrightError(
                .conflict, "There is a registry at \(registry.address) already.",
                fields: [FieldError(field: "address", message: "is taken")])
        }
    }

    private func event(_ operation: String, _ registry: ImageRegistry, _ detail: String = "") -> AuditEvent {
        AuditEvent(
            operation: operation,
            target: .init(type: "registry", id: registry.id.rawValue, name: registry.name),
            detail: detail.isEmpty ? registry.address : detail)
    }
}
