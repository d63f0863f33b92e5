import CPQ
import Foundation

extension StoreError {
    /// From the answer to a statement that failed.
    init(postgres result: OpaquePointer) {
        // Fields are named by a letter: C the SQLSTATE, M the message, n the constraint's name.
        func field(_ letter: Unicode.Scalar) -> String? {
            PQresultErrorField(result, CInt(letter.value)).map { String(cString: $0) }
        }
        let message = field("M") ?? String(cString: PQresultErrorMessage(result))
        self.init(sqlState: field("C") ?? "", message: message, constraint: field("n"))
    }

    /// A SQLSTATE is five letters or digits, of which the first two are the class.
    init(sqlState state: String, message: String, constraint: String?) {
        let text = "The statement failed: \(message) (SQLSTATE \(state))"
        switch state {
        case "23505", "23P01":
            self.init(uniqueViolationOf: constraint.map { [$0] } ?? [], text)
        case "23503":
            self.init(.foreignKeyViolation, text)
        // P0001 is what triggers raise.
        case "23502", "23514", "P0001":
            self.init(.checkViolation, text)
        // 40: serialization failure, deadlock. 55P03: a lock was not to be had in time.
        case "40001", "40P01", "55P03":
            self.init(.busy, text, isTransient: true)
        case "XX001", "XX002":
            self.init(.corrupt, text)
        case "57014":
            self.init(.busy, text)
        // The server is stopping, starting, or has ended this connection.
        case "57P01", "57P02", "57P03", "57P05", "53300":
            self.init(.unavailable, text, isTransient: true)
        default:
            self.init(Self.kind(ofClass: state.prefix(2)), text)
        }
    }

    private static func kind(ofClass sqlClass: Substring) -> Kind {
        switch sqlClass {
        // Connection, password or database refused, disk or memory full, system error.
        case "08", "28", "3D", "53", "58": .unavailable
        default: .other
        }
    }
}
