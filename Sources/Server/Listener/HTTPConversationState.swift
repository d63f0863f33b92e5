import HTTPTypes
import NIOHTTPTypes

/// Where the conversation with a client stands; knows no channel.
struct HTTPConversationState {
    /// Where a part of a request belongs.
    enum Place {
        /// To the requests that come after the one that is under way.
        case later
        case body
        /// The end of the one under way.
        case end
        /// The request is answered already, or no more are.
        case rest
        case endOfRest
    }

    /// What comes after an answer.
    enum Continuation {
        case next
        /// The rest of its request.
        case rest
        /// Nothing: the client has to read it, and to go.
        case end
    }

    /// Of the request that is under way, or of the last one.
    private(set) var number = 0
    private(set) var hasRequest = false
    /// Its end has come.
    private(set) var isWhole = true
    private(set) var isAnswered = false
    /// It is HEAD.
    private(set) var isToHead = false
    private(set) var isInputClosed = false
    private(set) var isOver = false
    /// The last answer is given.
    private(set) var isEnding = false
    private var isOutputClosed = false
    private var isStopping = false
    /// The answer has begun.
    var hasHead = false
    /// After this answer there is no other.
    var isLast = false

    var hasEnded: Bool { isOver || isEnding }

    /// Something is to be heard of the client before anything goes on.
    /// - Parameter hasMore: another request has begun to come, which is to be taken up first.
    func isClientsTurn(hasMore: Bool) -> Bool { hasRequest ? !isWhole : !hasMore }

    /// There is nothing more to answer, and will not be.
    /// - Parameter hasMore: another request has begun to come.
    func mayEnd(hasMore: Bool) -> Bool {
        (isStopping || isInputClosed) && !hasEnded && !hasRequest && !hasMore
    }

    /// Nobody has anything more to say.
    var mayClose: Bool { isEnding && isOutputClosed && (isStopping || isInputClosed) }

    /// Whether there may be an answer of which nothing is sent yet.
    var isHeadDue: Bool { !hasHead && !hasEnded }

    mutating func received(_ part: HTTPRequestPart) -> Place {
        guard !hasEnded else { return .rest }
        guard hasRequest, !isWhole else { return .later }
        guard case .end = part else { return isAnswered ? .rest : .body }
        isWhole = true
        guard isAnswered else { return .end }
        hasRequest = false
        isAnswered = false
        return .endOfRest
    }

    /// A request is taken up.
    mutating func began(_ head: HTTPRequest) {
        number += 1
        hasRequest = true
        (isWhole, isAnswered, hasHead) = (false, false, false)
        isToHead = head.method == .head
        isLast = head.headerFields[.connection].map { Self.says("close", $0) } ?? false
    }

    private static func says(_ token: String, _ value: String) -> Bool {
        value == token
            || value.split(separator: ",").contains { name in
                name.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }.lowercased() == token
            }
    }

    /// - Parameter hasMore: another request has begun to come.
    mutating func answered(hasMore: Bool) -> Continuation {
        (isAnswered, hasHead, isToHead) = (true, false, false)
        if isLast || (isStopping && !hasMore && !isWhole) { return .end }
        guard isWhole else { return .rest }
        (hasRequest, isAnswered) = (false, false)
        return mayEnd(hasMore: hasMore) ? .end : .next
    }

    mutating func end() { isEnding = true }

    mutating func outputClosed() { isOutputClosed = true }

    mutating func inputClosed() { isInputClosed = true }

    /// No new requests are to be answered but those that have come.
    mutating func stop() { isStopping = true }

    /// - Returns: `false` when that is known already.
    mutating func gone() -> Bool {
        defer { isOver = true }
        return !isOver
    }
}
