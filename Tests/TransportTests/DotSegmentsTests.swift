import Testing

@testable import Transport

@Suite struct DotSegmentsTests {
    @Test(arguments: [
        "/..", "..", "/a/..", "/../a", "/a/../../b", "/%2e%2E", "/.%2e/", "/%2E.", "/a%2f..", "/a%2F..%2fb", "/a%5c..",
        "/a%5C%2e%2e", "\\..", "/.../..", "/../...", "/..?x", "/..;x", "/a/..;x=y/b",
    ])
    func `two dots are found`(path: String) {
        #expect(DotSegments(in: path, parametersCount: true).hasDouble)
        #expect(DotSegments(in: path, parametersCount: false).hasDouble)
    }

    @Test(arguments: ["/.", ".", "/a/.", "/./a", "/%2e", "/a%2f.", "\\.", "/.?..", "/.;x"])
    func `one dot is found`(path: String) {
        let found = DotSegments(in: path, parametersCount: true)
        #expect(found.hasSingle && !found.hasDouble)
    }

    @Test(arguments: [
        "", "/", "/a", "/a.b", "/a..b", "/..a", "/a..", "/...", "/a?../..", "/%2e%2", "/%", "/%2", "/%25%32e", "/.%2x",
        "/ab%2ec",
    ])
    func `other paths have none`(path: String) {
        let found = DotSegments(in: path, parametersCount: true)
        #expect(!found.hasSingle && !found.hasDouble, "\(path)")
    }

    @Test func `what stands behind a semicolon is a segment of its own only where it is asked for`() {
        #expect(DotSegments(in: "/a;..", parametersCount: true).hasDouble)
        #expect(!DotSegments(in: "/a;..", parametersCount: false).hasDouble)
        #expect(DotSegments(in: "/a;b/..", parametersCount: false).hasDouble)
    }
}
