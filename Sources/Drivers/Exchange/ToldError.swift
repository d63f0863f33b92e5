import Foundation
import HTTPTypes
import NIOCore

/// An error as a service tells of it in a body: Neuron's `{"error": 2003}`, eKuiper's `{"error": 1002, "message": "…"}`.
struct ToldError {
    /// Not 0.
    let code: Int
    let message: String?

    init?(_ body: ByteBuffer) {
        let found = try? JSONScanner.scan(body) { scanner -> (Int, String?) in
            var code = 0
            var message: String?
            try scanner.readObject { scanner, key in
                switch key {
                case "error": code = try scanner.readIntegerOrNull() ?? 0
                case "message" where scanner.isAtString(): message = try scanner.readString()
                default: try scanner.skipValue()
                }
            }
            return (code, message)
        }
        guard let found, found.0 != 0 else { return nil }
        code = found.0
        message = found.1.map { ReportBounds.text($0, upTo: 120) }
    }
}

extension ServiceAnswerError {
    /// What an answer that is not 2xx means.
    init(_ answer: ServiceAnswer, _ dialect: AnswerDialect) {
        let isRefusal = answer.status == .unauthorized || answer.status == .forbidden
        if let told = ToldError(answer.body), dialect.codes != .none {
            self.init(told, path: answer.path, dialect, answered: answer.status)
        } else if isRefusal {
            self.init(refusal: answer, dialect)
        } else if answer.status.kind == .redirection {
            let place = answer.location.map { " to \(ReportBounds.text($0, upTo: 200))" } ?? ""
            self = .unusable("\(answer.path) redirects\(place): set the service's real endpoint")
        } else {
            let hint = answer.status == .notFound ? ": is the category right?" : ""
            self = .unusable("\(answer.path) answered \(answer.status.code)\(hint)")
        }
    }

    /// 401 or 403 without a code. eKuiper says why in a line of plain text.
    private init(refusal answer: ServiceAnswer, _ dialect: AnswerDialect) {
        let words = String(decoding: answer.body.readableBytesView.prefix(200), as: UTF8.self)
        let isPlain = dialect.codes == .ekuiper && !words.contains("<") && !words.contains("{")
        if isPlain, words.contains("token is expired") {
            self = .tokenExpired
        } else {
            let reason = isPlain ? ReportBounds.text(words.trimmingCharacters(in: .whitespacesAndNewlines)) : ""
            let shown = reason.isEmpty ? "\(answer.status.code)" : "\(answer.status.code): \(reason)"
            self = .refusedCredentials("the service refused the platform's credentials (\(shown))")
        }
    }

    init(_ told: ToldError, path: String, _ dialect: AnswerDialect, answered status: HTTPResponse.Status) {
        let isRefusal = status == .unauthorized || status == .forbidden
        // In front of NeuronEX's eKuiper stands NeuronEX, which refuses with Neuron's codes.
        if dialect.codes == .neuron || isRefusal, let refusal = Self(credentialCode: told.code, dialect) {
            self = refusal
        } else if isRefusal {
            self = .refusedCredentials(
                "the service refused the platform's credentials (\(status.code), error \(told.code))")
        } else {
            let words = told.message ?? (dialect.codes == .neuron ? Self.neuronWords[told.code] : nil)
            self = .unusable("\(path) answered with error \(told.code)" + (words.map { " (\($0))" } ?? ""))
        }
    }

    /// Codes about credentials, as a running Neuron was seen to use them.
    private init?(credentialCode code: Int, _ dialect: AnswerDialect) {
        switch code {
        case 1004:
            self = .refusedCredentials("the service wants authentication (error 1004): set it up on this service")
        case 1005, 1007, 1008:
            self = .refusedCredentials(
                "the service refused the platform's credentials: token not accepted (error \(code)); "
                    + "is the platform's public key in its \(dialect.keyFolder) folder?")
        case 1006: self = .tokenExpired
        case 1009: self = .refusedCredentials("user name or password is wrong (error 1009)")
        default: return nil
        }
    }

    /// Those that reading can meet.
    private static let neuronWords = [
        1000: "common error", 1001: "internal error", 1002: "request not understood", 1003: "parameter not understood",
        1010: "the service is busy", 1012: "the password is too short or too long", 2003: "no such node",
        2400: "no licence", 2401: "the licence is not valid", 2402: "the licence has expired",
    ]
}
