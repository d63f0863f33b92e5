package import Fleet
import NIOHTTP1

extension APIClient {
    /// `open`: only those that are not over, or only those that are.
    package func listBatches(
        in project: Identifier<Project>, open: Bool? = nil, _ page: PageRequest = .largest
    ) async throws -> Page<Batch> {
        let query: [(name: String, value: String)] = .present(["open": open.map { "\($0)" }])
        return try await read(APIRequest(.GET, "projects", project.rawValue, "batches", query: query + page.query))
    }

    /// Begun once, however often the connection breaks off meanwhile.
    package func createBatch(in project: Identifier<Project>, _ body: CreateBatchRequest) async throws -> Batch {
        try await read(APIRequest(.POST, "projects", project.rawValue, "batches").sending(body).once())
    }

    /// What it would do; nothing is begun.
    package func planBatch(in project: Identifier<Project>, _ body: CreateBatchRequest) async throws -> BatchPlan {
        let query = [(name: "dryRun", value: "true")]
        return try await read(
            APIRequest(.POST, "projects", project.rawValue, "batches", query: query).sending(body).once())
    }

    package func getBatch(_ id: Identifier<Batch>) async throws -> Batch {
        try await read(APIRequest(.GET, "batches", id.rawValue))
    }

    package func listBatchItems(
        of id: Identifier<Batch>, state: BatchItemState? = nil, _ page: PageRequest = .largest
    ) async throws -> Page<BatchItem> {
        let query: [(name: String, value: String)] = .present(["state": state?.rawValue])
        return try await read(APIRequest(.GET, "batches", id.rawValue, "items", query: query + page.query))
    }

    /// The batch now and whenever it changes; ends when it is over.
    package func streamBatchEvents(of id: Identifier<Batch>) async throws -> ServerEventStream<Batch> {
        try await streamEvents(APIRequest(.GET, "batches", id.rawValue, "events")) { event in
            event.name == "batch" ? try event.decoded() as Batch : nil
        }
    }

    package func pauseBatch(_ id: Identifier<Batch>) async throws -> Batch { try await act(on: id, "pause") }

    package func resumeBatch(_ id: Identifier<Batch>) async throws -> Batch { try await act(on: id, "resume") }

    package func cancelBatch(_ id: Identifier<Batch>) async throws -> Batch { try await act(on: id, "cancel") }

    package func retryBatch(_ id: Identifier<Batch>) async throws -> Batch { try await act(on: id, "retry") }

    package func rollBackBatch(_ id: Identifier<Batch>) async throws -> Batch { try await act(on: id, "rollback") }

    private func act(on id: Identifier<Batch>, _ action: String) async throws -> Batch {
        try await read(APIRequest(.POST, "batches", id.rawValue, action).once())
    }
}
