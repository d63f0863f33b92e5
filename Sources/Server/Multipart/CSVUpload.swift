import Fleet
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// The CSV file that a request carries, as its body or as a part of it, and not more than 100 MB of it.
struct CSVUpload: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    static let maximumBytes = 100 << 20

    private let body: RequestBody
    private let boundary: String?

    /// - Throws: 415 for any other content type; `.tooLarge` when the request says so beforehand.
    init(_ request: Request) throws {
        body = request.body
        let contentType = request.headers[.contentType] ?? ""
        switch contentType.prefix(while: { $0 != ";" }).trimmingCharacters(in: .whitespaces).lowercased() {
        case "text/csv", "application/csv":
            boundary = nil
        case "multipart/form-data":
            boundary = try Self.boundary(in: contentType)
        default:
            throw ProtocolError(
                status: .unsupportedMediaType, code: "unsupportedMediaType",
                detail: "The file must be sent as text/csv, or as a file in multipart/form-data.")
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.maximumBytes + 4096 {
            throw Self.tooLarge
        }
    }

    private static func boundary(in contentType: String) throws -> String {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces).lowercased() == "boundary" else {
                continue
            }
            let boundary = pair[1].trimmingCharacters(in: .whitespaces).filter { $0 != "\"" }
            // RFC 2046 allows 70 characters.
            if (1...70).contains(boundary.utf8.count) { return boundary }
        }
        throw EdgewrightError.invalid("content-type", "has no boundary")
    }

    private static let tooLarge = EdgewrightError(.tooLarge, "The file is larger than 100 MB; split it.")

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: RequestBody.AsyncIterator
        var multipart: MultipartFileReader?
        var total = 0

        mutating func next() async throws -> ByteBuffer? {
            while let chunk = try await iterator.next() {
                total += chunk.readableBytes
                guard total <= CSVUpload.maximumBytes + 4096 else { throw CSVUpload.tooLarge }
                guard multipart != nil else { return chunk }
                let content = try multipart?.read(chunk.readableBytesView) ?? Data()
                if !content.isEmpty { return ByteBuffer(bytes: content) }
            }
            try multipart?.finish()
            return nil
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            iterator: body.makeAsyncIterator(), multipart: boundary.map(MultipartFileReader.init(boundary:)))
    }
}
