import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Transport

/// Signing in to a service with user name and password.
struct ServiceLogin {
    private struct Answer: Decodable { let token: String }

    private static let timeout = Duration.seconds(5)
    private static let maximumAnswer = 64 << 10
    private static let maximumToken = 8 << 10

    let path: String
    let dialect: AnswerDialect

    /// - Throws: `TransportError`, `ServiceAnswerError`.
    func token(for login: some Encodable, over transport: any Transport) async throws -> String {
        let request = RemoteRequest(
            method: .post, target: path, headerFields: [.contentType: "application/json"],
            body: .bytes(ByteBuffer(data: try JSONEncoder().encode(login))), timeout: Self.timeout,
            idleTimeout: Self.timeout)
        do {
            let answer = try await ServiceAnswer.receive(request, over: transport, upTo: Self.maximumAnswer)
            let token = try AnswerReader(path: path, dialect: dialect)
                .decode(Answer.self, from: try answer.successfulBody(dialect)).token
            return try checked(token)
        } catch ServiceAnswerError.refusedCredentials, ServiceAnswerError.tokenExpired {
            throw ServiceAnswerError.refusedCredentials("the service refused user name or password")
        }
    }

    /// It goes into a header field of every request.
    private func checked(_ token: String) throws -> String {
        guard !token.isEmpty, token.utf8.count <= Self.maximumToken, token.utf8.allSatisfy({ 0x21..<0x7F ~= $0 }) else {
            throw ServiceAnswerError.unusable("\(path) answered with something that can't be a token")
        }
        return token
    }
}
