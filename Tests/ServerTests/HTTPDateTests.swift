import Testing

@testable import Server

@Suite struct HTTPDateTests {
    @Test func `times are written as RFC 9110 has them`() {
        #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}
