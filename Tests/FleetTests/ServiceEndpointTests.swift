import Testing

@testable import Fleet

@Suite struct ServiceEndpointTests {
    @Test(arguments: [
        ("http://Host", "http://host"), ("HTTP://host:80/", "http://host"), ("https://h:443", "https://h"),
        ("https://h:80/a/b//", "https://h:80/a/b"), ("http://[::1]:7000/x", "http://[::1]:7000/x"),
        ("http://10.0.0.1:7000", "http://10.0.0.1:7000"),
    ])
    func `spellings of one place have one normal form`(text: String, normal: String) throws {
        #expect(try ServiceEndpoint(text).description == normal)
        #expect(try ServiceEndpoint(normal).description == normal)
    }

    @Test(arguments: [
        "", "host", "ftp://host", "http://", "http://a b", "http://u:p@h", "http://h:0", "http://h:65536", "http://h:x",
        "http://h?q", "http://h#f", "http://h/../x", "http://[::1", "http://[zz]", "http://-h", "http://h..x",
        "http://h/ä", "http://h:+80",
    ])
    func `what is no endpoint is refused`(text: String) {
        #expect(throws: EdgewrightError.self) { try ServiceEndpoint(text) }
    }
}
