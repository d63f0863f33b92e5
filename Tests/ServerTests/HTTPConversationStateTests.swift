import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Testing

@testable import Server

@Suite struct HTTPConversationStateTests {
    private static let body = HTTPRequestPart.body(ByteBuffer(string: "x"))

    private func began(_ fields: HTTPFields = [:]) -> HTTPConversationState {
        var state = HTTPConversationState()
        state.began(HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/", headerFields: fields))
        return state
    }

    @Test func `parts belong to the request under way until its end, and then to the next`() {
        var state = HTTPConversationState()
        #expect(state.received(Self.body) == .later)
        state = began()
        #expect(state.received(Self.body) == .body)
        #expect(state.isClientsTurn(hasMore: false))
        #expect(state.received(.end(nil)) == .end)
        #expect(!state.isClientsTurn(hasMore: false))
        #expect(state.received(Self.body) == .later)
        #expect(state.answered(hasMore: true) == .next)
        #expect(!state.hasRequest && state.isClientsTurn(hasMore: false))
        // What has come is to be taken up first.
        #expect(!state.isClientsTurn(hasMore: true))
    }

    @Test func `what comes of a request after its answer is the rest, and the next begins after its end`() {
        var state = began()
        #expect(state.answered(hasMore: false) == .rest)
        #expect(state.received(Self.body) == .rest)
        #expect(state.hasRequest)
        #expect(state.received(.end(nil)) == .endOfRest)
        #expect(!state.hasRequest && !state.isAnswered)
    }

    @Test(arguments: ["close", "Close", "keep-alive, close", " close ,x", "x,\tclose"])
    func `the answer to who wants to close is the last`(said: String) {
        var state = began([.connection: said])
        #expect(state.answered(hasMore: true) == .end)
        state.end()
        #expect(state.received(Self.body) == .rest)
        // What is on its way goes before.
        state.inputClosed()
        #expect(!state.mayClose)
        state.outputClosed()
        #expect(state.mayClose)
    }

    @Test(arguments: ["keep-alive", "closed", "x-close"])
    func `others go on`(said: String) {
        var state = began([.connection: said])
        _ = state.received(.end(nil))
        #expect(state.answered(hasMore: false) == .next)
    }

    @Test func `stopping waits for the answers to what has come, and for nothing else`() {
        var state = HTTPConversationState()
        state.stop()
        #expect(state.mayEnd(hasMore: false))
        #expect(!state.mayEnd(hasMore: true))
        state.began(HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/"))
        _ = state.received(.end(nil))
        #expect(!state.mayEnd(hasMore: false))
        #expect(state.answered(hasMore: true) == .next)
        state.began(HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/"))
        _ = state.received(.end(nil))
        #expect(state.answered(hasMore: false) == .end)
        // An upload that was refused while it stops: its client is to see why.
        var refused = began()
        refused.stop()
        #expect(refused.answered(hasMore: false) == .end)
    }

    @Test func `a client that has ended its side is left when all is answered`() {
        var state = began()
        _ = state.received(.end(nil))
        state.inputClosed()
        #expect(state.answered(hasMore: true) == .next)
        #expect(state.mayEnd(hasMore: false))
        state.end()
        state.outputClosed()
        #expect(state.mayClose)
        let (isNew, isNewAgain) = (state.gone(), state.gone())
        #expect(isNew && !isNewAgain)
    }
}
