import NIOCore
import Synchronization

/// Tells one exchange from the next on the same connection: a cancellation that comes late must not hit the wrong one.
struct ExchangeID: Comparable, Sendable {
    private let number: UInt64
    private static let last = Atomic<UInt64>(0)

    static func < (left: ExchangeID, right: ExchangeID) -> Bool { left.number < right.number }

    static func next() -> ExchangeID { ExchangeID(number: last.wrappingAdd(1, ordering: .relaxed).newValue) }
}

/// Why an exchange ended that no library below has a word for.
enum ExchangeFailure: Error {
    case shutDown
    case noFreeConnection
    case noAnswerInTime
    case closedByPeer
    /// 101, though nobody asked for it.
    case unwantedUpgrade
    /// Compressed on the way, though nobody said that it may be.
    case foreignTransferCoding
    /// The peer has sent nothing of its answer's body for so long, though somebody waited for it.
    case silent(TimeAmount)
    case bodyLength
    /// Its address is in a range that is not reached from here.
    case refusedTarget
    case ownListener
}

/// The source of the request's body failed, and not the peer.
struct RequestBodyError: Error {
    let reason: any Error
}

/// A kept connection was dead.
struct StaleConnection: Error {
    /// Whether anything of the request may have reached the peer.
    let hasSent: Bool
    let reason: any Error
}
