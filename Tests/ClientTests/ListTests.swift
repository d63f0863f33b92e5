import Client
import Fleet
import Testing

private let project = Identifier<Project>(rawValue: "p1")

private func tagPage(_ names: [String], next: String?) -> String {
    let items = names.map {
        #"{"id":"01kjpzj7x2h5m0q8t4w1a6e9kd","name":"\#($0)","services":0,"createdAt":"2026-03-02T08:30:00Z"}"#
    }
    let tail = next.map { #","next":"\#($0)""# } ?? ""
    return #"{"items":[\#(items.joined(separator: ","))]\#(tail)}"#
}

struct ListTests {
    @Test func `all pages are walked by their cursors`() async throws {
        try await withStandIn(answering: { request, _ in
            if request.uri.contains("cursor=two%2B") { return .json(tagPage(["c"], next: nil)) }
            return .json(tagPage(["a", "b"], next: "two+"))
        }) { client, server in
            var names: [String] = []
            for try await page in client.allPages({ try await client.listTags(in: project, $0) }) {
                names += page.items.map(\.name)
            }
            #expect(names == ["a", "b", "c"])
            #expect(server.requests.map(\.path) == ["/api/v1/projects/p1/tags", "/api/v1/projects/p1/tags"])
        }
    }

    @Test func `a cursor that does not move ends the walk`() async throws {
        try await withStandIn(answering: { _, _ in .json(tagPage(["a"], next: "same")) }) { client, server in
            var pages = 0
            for try await _ in client.allPages({ try await client.listTags(in: project, $0) }) { pages += 1 }
            #expect(pages == 2)
            #expect(server.requests.count == 2)
        }
    }

    @Test func `filters go into the query, encoded`() async throws {
        try await withStandIn(answering: { _, _ in .json(#"{"items":[],"total":0}"#) }) { client, server in
            let filter = ServiceFilter(status: .offline, tags: ["hall 2", "a&b"], q: "ü")
            let page = try PageRequest(limit: 10, wantsTotal: true)
            let sort = ServiceSort(key: .statusSince, descending: true)
            _ = try await client.listServices(in: Identifier(rawValue: "p/1"), filter, sort: sort, page)
            #expect(
                server.requests.first?.uri
                    == "/api/v1/projects/p%2F1/services?status=offline&q=%C3%BC&tag=hall%202&tag=a%26b"
                    + "&sort=-statusSince&limit=10&total=true")
        }
    }
}
