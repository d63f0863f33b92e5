import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Transport

/// Signing in to a service with user name and password.
enum ServiceLogin {
    private struct Answer: Decodable { let token: String }

    static func token(_ login: some Encodable, path: String, over transport: any Transport) async throws -> String {
        let request = RemoteRequest(
            method: .post, target: path, headerFields: [.contentType: "application/json"],
            body: .bytes(ByteBuffer(data: try JSONEncoder().encode(login))), timeout: .seconds(10))
        do {
            let body = try await ServiceSession.exchange(request, over: transport)
            return try ServiceSession.decode(Answer.self, from: body, path: path).token
        } catch ServiceAnswerError.refusedCredentials {
            throw ServiceAnswerError.refusedCredentials("the service refused user name or password")
        }
    }
}
