import Testing

@testable import Transport

@Suite struct FieldNamesTests {
    private let names: FieldNames = ["te", "host", "keep-alive", "connection", "proxy-authenticate"]

    @Test(arguments: ["te", "host", "keep-alive", "connection", "proxy-authenticate"])
    func `what is among them is found`(name: String) { #expect(names.contains(name)) }

    @Test(arguments: ["", "t", "tf", "Host", "keep-alivf", "connections", "proxy-authenticate-and-more", "ß"])
    func `what is not among them is not found`(name: String) { #expect(!names.contains(name)) }

    @Test func `of no names none is found`() {
        let none: FieldNames = []
        #expect(!none.contains("") && !none.contains("a"))
    }
}
