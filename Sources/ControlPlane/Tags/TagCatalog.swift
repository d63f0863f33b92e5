package import Fleet
import Store

/// The tags of projects.
package struct TagCatalog: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder

    package func listTags(q: String?, _ page: PageRequest, in access: ProjectAccess) async throws -> Page<Tag> {
        try await context.read { try $0.tags(in: access.projectId, matching: q, page) }
    }

    package func createTag(_ request: TagRequest, in access: ProjectAccess) async throws -> Tag {
        let name = try TagName.check(request.name, field: "name")
        let tag = Tag(id: context.makeIdentifier(), name: name, services: 0, createdAt: context.now())
        try await context.change { session in
            try refusingTakenName("tag", name, index: "tag_name") { try session.insertTag(tag, in: access.projectId) }
            try recorder.record(event("tag.create", tag, access), by: access.caller, in: session)
        }
        return tag
    }

    package func renameTag(_ id: Identifier<Tag>, _ request: TagRequest, in access: ProjectAccess) async throws -> Tag {
        let name = try TagName.check(request.name, field: "name")
        return try await context.change { session in
            var tag = try tag(id, access, session)
            let before = tag.name
            try refusingTakenName("tag", name, index: "tag_name") { try session.renameTag(id, to: name) }
            tag.name = name
            try recorder.record(
                event("tag.rename", tag, access, "\(before) → \(name)"), by: access.caller, in: session)
            return tag
        }
    }

    /// - Throws: `.conflict` while services have it.
    package func deleteTag(_ id: Identifier<Tag>, in access: ProjectAccess) async throws {
        try await context.change { session in
            let tag = try tag(id, access, session)
            guard tag.services == 0 else { throw Self.inUse(tag) }
            do {
                try session.deleteTag(id)
            } catch let error as StoreError where error.kind == .foreignKeyViolation {
                throw Self.inUse(tag)
            }
            try recorder.record(event("tag.delete", tag, access), by: access.caller, in: session)
        }
    }

    private static func inUse(_ tag: Tag) -> EdgewrightError {
        let count = tag.services == 1 ? "a service has it" : "\(tag.services) services have it"
        return EdgewrightError(.conflict, "The tag “\(tag.name)” can't be deleted while \(count).")
    }

    private func tag(_ id: Identifier<Tag>, _ access: ProjectAccess, _ session: any SQLSession) throws -> Tag {
        guard let tag = try session.tag(id, in: access.projectId) else {
            throw EdgewrightError.notFound("tag", id.rawValue)
        }
        return tag
    }

    private func event(
        _ operation: String, _ tag: Tag, _ access: ProjectAccess, _ detail: String = ""
    ) -> AuditEvent {
        AuditEvent(
            operation: operation, target: .init(tag), orgId: access.orgId, projectId: access.projectId, detail: detail)
    }
}
