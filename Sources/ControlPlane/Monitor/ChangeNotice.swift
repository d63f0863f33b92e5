import Fleet
import Store

/// What control planes on one PostgreSQL tell each other of services and agents: which changed, never how. Who wants to know
/// more reads the store.
struct ChangeNotice: Equatable, Sendable {
    enum Change: Equatable, Sendable {
        case services(ServiceChange.Kind, [Identifier<EdgeService>])
        /// So many that it is better to read the whole project anew.
        case project(Identifier<Project>)
        case agents([Identifier<EdgeAgent>])
    }

    /// PostgreSQL takes payloads of 7,999 bytes; an id has 26, and a blank.
    static let maximumIdentifiers = 250

    /// The process that tells it.
    let origin: String
    let change: Change

    init(origin: String, change: Change) {
        self.origin = origin
        self.change = change
    }

    /// - Parameter payload: words with blanks between them: the origin, the kind, ids.
    init?(payload: String) {
        let words = payload.split(separator: " ").map(String.init)
        guard words.count >= 3 else { return nil }
        origin = words[0]
        if words[1] == Self.projectWord {
            change = .project(Identifier(rawValue: words[2]))
        } else if words[1] == Self.agentsWord {
            change = .agents(words.dropFirst(2).map(Identifier.init(rawValue:)))
        } else if let kind = ServiceChange.Kind(rawValue: words[1]) {
            change = .services(kind, words.dropFirst(2).map(Identifier.init(rawValue:)))
        } else {
            return nil
        }
    }

    var payload: String {
        switch change {
        case .services(let kind, let ids):
            ([origin, kind.rawValue] + ids.map(\.rawValue)).joined(separator: " ")
        case .project(let id):
            "\(origin) \(Self.projectWord) \(id)"
        case .agents(let ids):
            ([origin, Self.agentsWord] + ids.map(\.rawValue)).joined(separator: " ")
        }
    }

    private static let projectWord = "project"
    private static let agentsWord = "agents"
}

/// Tells the other control planes what is changed in a transaction, if it is committed; nothing on SQLite, whose file
/// only one process opens.
struct ChangeAnnouncer: Sendable {
    static let channel = "edgewright_changes"

    /// Names this process, which knows its own changes already.
    let origin = Secret.make(prefix: "")

    func announce(
        _ kind: ServiceChange.Kind, _ ids: [Identifier<EdgeService>], in session: any SQLSession
    ) throws {
        for part in parts(of: ids, in: session) { try announce(.services(kind, part), in: session) }
    }

    func announce(agents ids: [Identifier<EdgeAgent>], in session: any SQLSession) throws {
        for part in parts(of: ids, in: session) { try announce(.agents(part), in: session) }
    }

    /// None where nobody listens.
    private func parts<Entity>(
        of ids: [Identifier<Entity>], in session: any SQLSession
    ) -> [[Identifier<Entity>]] {
        guard session.dialect.hasNotifications else { return [] }
        let size = ChangeNotice.maximumIdentifiers
        return stride(from: 0, to: ids.count, by: size).map { Array(ids[$0..<min($0 + size, ids.count)]) }
    }

    func announce(importInto project: Identifier<Project>, in session: any SQLSession) throws {
        try announce(.project(project), in: session)
    }

    private func announce(_ change: ChangeNotice.Change, in session: any SQLSession) throws {
        try session.notify(Self.channel, ChangeNotice(origin: origin, change: change).payload)
    }
}
