package import Fleet
import Store

/// The services of a project as CSV, a page of them at a time, as fast as the reader takes them.
package struct ServiceExport: AsyncSequence, Sendable {
    private static let pageSize = 500

    let context: ControlPlaneContext
    let project: Identifier<Project>
    let filter: ServiceFilter
    /// Only these, when there are any.
    let ids: [Identifier<EdgeService>]
    /// Values that a spreadsheet would run are defused.
    let spreadsheet: Bool

    package struct Iterator: AsyncIteratorProtocol {
        private enum Step { case header, page(cursor: String?), selection, done }

        private let export: ServiceExport
        private var step = Step.header

        init(_ export: ServiceExport) { self.export = export }

        package mutating func next() async throws -> String? {
            switch step {
            case .header:
                step = export.ids.isEmpty ? .page(cursor: nil) : .selection
                return CSVWriter.line(ServiceCSVColumn.allCases.map(\.rawValue))
            case .page(let cursor):
                return try await nextPage(cursor)
            case .selection:
                step = .done
                let (ids, project) = (export.ids, export.project)
                let services = try await export.context.read { try $0.services(ids, in: project) }
                return services.sorted { $0.name < $1.name }.map(line).joined()
            case .done:
                return nil
            }
        }

        private mutating func nextPage(_ cursor: String?) async throws -> String? {
            let (filter, project) = (export.filter, export.project)
            let request = try PageRequest(limit: ServiceExport.pageSize, cursor: cursor)
            let page = try await export.context.read { try $0.services(in: project, filter, sort: .byName, request) }
            step = page.next.map { .page(cursor: $0) } ?? .done
            return page.items.isEmpty ? nil : page.items.map(line).joined()
        }

        private func line(_ service: EdgeService) -> String {
            CSVWriter.line(ServiceCSVColumn.allCases.map { Self.value($0, of: service) }, for: export.spreadsheet)
        }

        private static func value(_ column: ServiceCSVColumn, of service: EdgeService) -> String {
            switch column {
            case .category: service.category.rawValue
            case .name: service.name
            case .nodeType: ServiceCSVColumn.nodeType(of: service.endpoint)
            case .endpoint: service.endpoint.addressWithPath
            case .scheme: service.endpoint.scheme.rawValue
            case .tagName: service.tags.joined(separator: String(ServiceCSVColumn.tagSeparator))
            }
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(self) }
}

extension ServiceCatalog {
    /// Header and rows as text; `filter` is left aside when `ids` has any.
    /// - Parameter spreadsheet: whether values that a spreadsheet would run are defused.
    package func exportServices(
        _ filter: ServiceFilter, ids: [Identifier<EdgeService>], spreadsheet: Bool, in access: ProjectAccess
    ) -> ServiceExport {
        ServiceExport(
            context: context, project: access.projectId, filter: filter, ids: ids, spreadsheet: spreadsheet)
    }
}
