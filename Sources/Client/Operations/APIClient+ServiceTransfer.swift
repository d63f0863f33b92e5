import AsyncHTTPClient
package import Fleet
package import NIOCore
import NIOHTTP1

extension APIClient {
    /// An import ends when the server has written the last row: far longer than an ordinary answer.
    private static let importTimeout = Duration.seconds(3600)
    /// Every line of a 100 MB file may be reported.
    private static let largestImportResult = 512 * 1024 * 1024

    /// Sends a CSV file as it is read, no faster than the server takes it.
    ///
    /// `length` is in bytes; `progress` is told the bytes sent so far, from whatever thread sends them.
    package func importServices<Bytes: AsyncSequence & Sendable>(
        in project: Identifier<Project>, _ bytes: Bytes, length: Int64?,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws -> ImportResult where Bytes.Element == ByteBuffer {
        var request = APIRequest(.POST, "projects", project.rawValue, "services", "import")
        let counted = CountedBytes(source: bytes, progress: progress)
        request.body = .stream(
            .stream(counted, length: length.map { .known($0) } ?? .unknown), contentType: "text/csv; charset=utf-8")
        let response = try await stream(request, on: connections.patient, timeout: Self.importTimeout)
        return try decode(try await collect(response.body, upTo: Self.largestImportResult))
    }

    /// CSV that can be imported again, as it arrives. Only `ids`, when there are any; the filter is left aside then.
    ///
    /// With `spreadsheet` what a spreadsheet would run is defused, and the CSV no longer for importing.
    package func exportServices(
        in project: Identifier<Project>, _ filter: ServiceFilter = ServiceFilter(),
        ids: [Identifier<EdgeService>] = [], spreadsheet: Bool = false
    ) async throws -> APIByteStream {
        let query = filter.query + ids.map { ("id", $0.rawValue) } + (spreadsheet ? [("spreadsheet", "true")] : [])
        var request = APIRequest(.GET, "projects", project.rawValue, "services", "export", query: query)
        request.accept = "text/csv"
        let response = try await stream(request, on: connections.prompt, timeout: connections.answerTimeout)
        return APIByteStream(body: response.body, server: address)
    }
}
