import Foundation

// eKuiper's streams and tables: the same thing twice.

extension SimulatedService {
    enum Relation: String, CaseIterable, Sendable {
        case stream = "Stream"
        case table = "Table"

        var word: String { rawValue.lowercased() }
    }

    static let relationRoutes = Relation.allCases.flatMap { relation in
        [
            SimulatedRoute("GET", "/api/ekuiper/\(relation.word)s") { service, _ in
                .json(.array(service[relation].keys.sorted().map(JSONValue.string)))
            },
            SimulatedRoute("POST", "/api/ekuiper/\(relation.word)s") { $0.create(relation, $1) },
            SimulatedRoute("GET", "/api/ekuiper/\(relation.word)s/{}") { $0.describe(relation, $1) },
            SimulatedRoute("DELETE", "/api/ekuiper/\(relation.word)s/{}") { $0.drop(relation, $1) },
        ]
    }

    private subscript(_ relation: Relation) -> [String: String] {
        get { relation == .stream ? streams : tables }
        set { if relation == .stream { streams = newValue } else { tables = newValue } }
    }

    private mutating func create(_ relation: Relation, _ request: SimulatedRequest) -> SimulatedResponse {
        guard let sql = request["sql"]?.text, let name = Self.name(in: sql, of: relation) else {
            return .ekuiper(
                "\(relation.rawValue) command error: a CREATE \(relation.rawValue.uppercased()) statement is needed in sql"
            )
        }
        guard self[relation][name] == nil else {
            return .ekuiper("\(relation.rawValue) command error: \(relation.word) \(name) already exists")
        }
        self[relation][name] = sql
        return .text("\(relation.rawValue) \(name) is created.", status: 201)
    }

    /// Of `create stream demo (id bigint) WITH (...)`: `demo`.
    private static func name(in sql: String, of relation: Relation) -> String? {
        let words = sql.split { $0.isWhitespace || $0 == "(" }.prefix(3).map(String.init)
        guard words.count == 3, words[0].lowercased() == "create", words[1].lowercased() == relation.word else {
            return nil
        }
        return words[2]
    }

    private func describe(_ relation: Relation, _ request: SimulatedRequest) -> SimulatedResponse {
        guard let sql = self[relation][request.names[0]] else { return Self.missing(relation, request.names[0]) }
        return .json([
            "Name": .string(request.names[0]), "StreamFields": [], "Options": [:], "Statement": .string(sql),
        ])
    }

    private mutating func drop(_ relation: Relation, _ request: SimulatedRequest) -> SimulatedResponse {
        guard self[relation].removeValue(forKey: request.names[0]) != nil else {
            return Self.missing(relation, request.names[0])
        }
        return .text("\(relation.rawValue) \(request.names[0]) is dropped.")
    }

    private static func missing(_ relation: Relation, _ name: String) -> SimulatedResponse {
        .ekuiper("\(relation.rawValue) \(name) is not found", isMissing: true)
    }
}
