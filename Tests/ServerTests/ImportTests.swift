import Foundation
import TestSupport
import Testing

@Suite struct ImportTests {
    private static let header = "category,name,nodeType,endpoint,scheme,tagName"

    private func failures(_ answer: TestAnswer) -> [String] {
        (answer.json["failed"] as? [[String: Any]] ?? []).map {
            "\($0["line"] ?? "") \($0["column"] ?? "")"
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `good lines are kept and every bad one is reported with line and column`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let (_, project) = try await world.makeProject()
            let csv = #"""
                \#u{FEFF}\#(Self.header)
                neuronex,"Press, hall ""A""",Direct,10.0.0.1:7000,http,a;b
                neuronex,,Direct,10.0.0.2:7000,http,

                toaster,x,Direct,10.0.0.3:7000,http,
                neuron,second,Direct,10.0.0.1:7000,http,
                neuron,Press,Agent,10.0.0.4:7000,http,
                ekuiper,third,direct,[::1]:9081,https,
                neuronex,third,Direct,10.0.0.5:7000,http,
                custom,fourth,,http://10.0.0.6/x,,
                neuronex,too,few
                neuronex,"a
                b",Direct,10.0.0.7:7000,http,
                neuronex,"open
                """#
            let answer = try await world.admin.importCSV(csv, into: project).expect(200)
            #expect(answer.json["imported"] as? Int == 3)
            #expect(
                Set(failures(answer)) == [
                    "3 name", "5 category", "6 endpoint", "7 nodeType", "9 name", "11 ", "12 name", "14 ",
                ])
            let exported = try await world.admin.get("/api/v1/projects/\(project)/services/export").text
            #expect(exported.contains(#"neuronex,"Press, hall ""A""",Direct,10.0.0.1:7000,http,a;b"#))
            #expect(exported.contains("ekuiper,third,Direct,[::1]:9081,https,\r\n"))
        }
    }

    @Test func `what was exported can be imported again`() async throws {
        try await withControlPlane { world in
            let (_, first) = try await world.makeProject("First")
            let rows = (0..<1203).map { "neuronex,s\($0),Direct,10.2.\($0 / 250).\($0 % 250):7000/b,https,t\($0 % 7)" }
            let csv = ([Self.header] + rows).joined(separator: "\r\n")
            #expect(try await world.admin.importCSV(csv, into: first).json["imported"] as? Int == 1203)
            let exported = try await world.admin.get("/api/v1/projects/\(first)/services/export").text
            let (_, second) = try await world.makeProject("Second")
            let again = try await world.admin.importCSV(exported, into: second)
            #expect(again.json["imported"] as? Int == 1203)
            #expect(failures(again).isEmpty)
            #expect(try await world.admin.importCSV(exported, into: second).json["imported"] as? Int == 0)
            let tagged = try await world.admin.get("/api/v1/projects/\(first)/services/export?tag=t3").text
            #expect(tagged.split(separator: "\r\n").count == 173)
        }
    }

    @Test func `a file inside a form is taken, and a form without one is refused`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let path = "/api/v1/projects/\(project)/services/import"
            let type = [("Content-Type", "multipart/form-data; boundary=edge")]
            let form = """
                --edge\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--edge\r\n\
                Content-Disposition: form-data; name="file"; filename="f.csv"\r\nContent-Type: text/csv\r\n\r\n\
                \(Self.header)\nneuronex,one,Direct,10.0.0.1:1,http,\n\r\n--edge--\r\n
                """
            let taken = try await world.admin.send("POST", path, body: form, headers: type)
            #expect(taken.json["imported"] as? Int == 1)
            let empty = "--edge\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--edge--\r\n"
            #expect(try await world.admin.send("POST", path, body: empty, headers: type).badFields == ["file"])
            let cut = String(form.prefix(form.count - 12))
            #expect(try await world.admin.send("POST", path, body: cut, headers: type).status == 400)
        }
    }

    @Test(arguments: ["", "name,endpoint\n", "category,name,endpoint,colour\n", "\"category\n", "\u{0}\u{1}\u{2}\n"])
    func `a file with a wrong header line is refused as a whole`(csv: String) async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            #expect(try await world.admin.importCSV(csv, into: project).status == 400)
        }
    }

    @Test func `an export for a spreadsheet holds nothing that it would run, the usual one is as it was`() async throws
    {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let names = ["=1+1", "+1", "-1", "@SUM(A1)", "plain", "a=1", "=HYPERLINK(\"\"http://x\"\",1)"]
            let rows = names.enumerated().map { "neuronex,\"\($1)\",Direct,10.0.0.\($0 + 1):7000,http,-tag" }
            _ = try await world.admin.importCSV(
                Self.header + "\r\n" + rows.joined(separator: "\r\n"), into: project
            ).expect(200)
            let path = "/api/v1/projects/\(project)/services/export"
            let usual = try await world.admin.get(path).expect(200).text
            let defused = try await world.admin.get(path + "?spreadsheet=true").expect(200).text
            for name in ["=1+1", "+1", "-1", "@SUM(A1)"] {
                #expect(usual.contains("neuronex,\(name),"))
                #expect(defused.contains("neuronex,'\(name),"))
            }
            #expect(defused.contains("neuronex,\"'=HYPERLINK("))
            #expect(defused.contains("neuronex,plain,") && defused.contains("neuronex,a=1,"))
            #expect(defused.contains(",'-tag\r\n"))
            #expect(try await world.admin.get(path + "?spreadsheet=yes").badFields == ["spreadsheet"])

            let (_, copy) = try await world.makeProject("Copy")
            let again = try await world.admin.importCSV(usual, into: copy).expect(200)
            #expect(again.json["imported"] as? Int == names.count)
            #expect(try await world.admin.get("/api/v1/projects/\(copy)/services/export").text == usual)
        }
    }
}
