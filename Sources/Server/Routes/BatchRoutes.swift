import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Bulk changes of projects.
enum BatchRoutes {
    static func routes(_ batches: BatchCatalog) -> [Route] {
        [
            .project(.get, "/projects/{project}/batches", "listBatches", .viewServices) { request, access in
                let query = try request.query("open", "limit", "cursor", "total")
                let open = try query.text("open") == nil ? nil : query.flag("open")
                return try .json(try await batches.listBatches(open: open, try query.page(), in: access))
            },
            .project(.post, "/projects/{project}/batches", "createBatch", .editServices) { request, access in
                let asked: CreateBatchRequest = try await request.decode()
                if try request.query("dryRun").flag("dryRun") {
                    return try .json(try await batches.planBatch(asked, in: access))
                }
                let batch = try await batches.createBatch(asked, in: access)
                return try .json(batch, status: .accepted, location: "/api/v1/batches/\(batch.id)")
            },
            .batch(.get, "/batches/{batch}", "getBatch", .viewServices, of: batches) { _, access in
                try .json(try await batches.getBatch(in: access))
            },
            .batch(.get, "/batches/{batch}/items", "listBatchItems", .viewServices, of: batches) { request, access in
                let query = try request.query("state", "limit", "cursor", "total")
                return try .json(
                    try await batches.listBatchItems(state: try query.value("state"), try query.page(), in: access))
            },
            .batch(.get, "/batches/{batch}/events", "streamBatchEvents", .viewServices, of: batches) { _, access in
                .progress(of: batches, in: access)
            },
            action("pause", "pauseBatch", of: batches) { try await batches.pauseBatch(in: $0) },
            action("resume", "resumeBatch", of: batches) { try await batches.resumeBatch(in: $0) },
            action("cancel", "cancelBatch", of: batches) { try await batches.cancelBatch(in: $0) },
            action("rollback", "rollBackBatch", of: batches) { try await batches.rollBackBatch(in: $0) },
            action("retry", "retryBatch", of: batches) { try await batches.retryBatch(in: $0) },
        ]
    }

    private static func action(
        _ name: String, _ operation: String, of batches: BatchCatalog,
        _ perform: @escaping @Sendable (BatchAccess) async throws -> Batch
    ) -> Route {
        .batch(.post, "/batches/{batch}/\(name)", operation, .editServices, of: batches) { _, access in
            try .json(try await perform(access))
        }
    }
}

extension Response {
    private static let look = Duration.milliseconds(500)
    private static let looksPerPing = 30

    /// The batch whenever it has changed, until it is over. It is read from the store: whichever process carries it out.
    fileprivate static func progress(of batches: BatchCatalog, in access: BatchAccess) -> Response {
        let body = ResponseBody { writer in
            var last: Int64?
            var looks = 0
            while let revision = try await batches.revision(in: access) {
                if revision != last {
                    last = revision
                    let batch = try await batches.getBatch(in: access)
                    let json = String(buffer: try JSONCoding.encode(batch))
                    try await writer.write(ByteBuffer(string: "event: batch\ndata: \(json)\n\n"))
                    if batch.state.isFinal, batch.counts.running == 0 { break }
                } else if looks % looksPerPing == 0 {
                    try await writer.write(ByteBuffer(string: ": ping\n\n"))
                }
                looks += 1
                try await Task.sleep(for: look)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }
}
