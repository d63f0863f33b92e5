import ArgumentParser
import Client
import Fleet

struct ListAuditCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the audit log, newest first.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments

    @Option(help: "The noun of the operation: service, tag, user, ...")
    var type: String?

    @Option(help: "Exactly this operation: service.create")
    var operation: String?

    @Option(name: .customLong("operator"), help: "Part of the operator's e-mail address.")
    var operatorEmail: String?

    @Option(help: "What happened in this organization, by id or name.")
    var org: String?

    @Option(name: .shortAndLong, help: "What happened in this project, by id or name.")
    var project: String?

    @Option(help: "What happened to the thing with this id.")
    var target: String?

    @Option(help: "Only entries with this result.")
    var result: AuditEntry.Result?

    @Option(help: "Not before this moment: 2026-03-02 or 2026-03-02T08:30:00Z")
    var from: Timestamp?

    @Option(help: "Before this moment.")
    var until: Timestamp?

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        var filter = AuditFilter(
            type: type, operation: operation, operatorEmail: operatorEmail, targetId: target, result: result,
            from: from, until: until)
        if let org { filter.orgId = try await session.organization(named: org).id }
        if let project { filter.projectId = try await session.project(named: project).id }
        let (client, asked) = (session.client, filter)
        let entries = try await session.collect(limit: list.bound) { try await client.listAudit(asked, $0) }
        try output.printList(entries, on: session.console)
    }
}
