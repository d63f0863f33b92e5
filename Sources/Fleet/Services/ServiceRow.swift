import Foundation

/// One good row of the services' CSV.
package struct ServiceRow: Equatable, Sendable {
    package var category: ServiceCategory
    package var name: String
    package var endpoint: ServiceEndpoint
    package var tags: [String]

    /// Reads a row by the header's columns.
    /// - Throws: `.invalidInput`; the first field error names the column.
    package init(fields: [String], columns: [ServiceCSVColumn: Int]) throws {
        func value(_ column: ServiceCSVColumn) -> String {
            guard let index = columns[column], index < fields.count else { return "" }
            return fields[index].trimmingCharacters(in: .whitespaces)
        }
        guard fields.count == columns.count else {
            throw EdgewrightError.invalid("", "has \(fields.count) columns instead of \(columns.count)")
        }
        let categoryText = value(.category).lowercased()
        guard let category = ServiceCategory(rawValue: categoryText) else {
            let known = ServiceCategory.allCases.map(\.rawValue).joined(separator: ", ")
            throw EdgewrightError.invalid("category", "must be one of \(known)")
        }
        self.category = category
        name = try EdgeService.nameRule.check(value(.name))
        let nodeType = value(.nodeType)
        endpoint = try Self.endpoint(value(.endpoint), scheme: value(.scheme))
        let expected = ServiceCSVColumn.nodeType(of: endpoint)
        guard nodeType.isEmpty || nodeType.lowercased() == expected.lowercased() else {
            throw EdgewrightError.invalid("nodeType", "must be \(expected) for such an endpoint")
        }
        tags = try TagName.checkSet(
            value(.tagName).split(separator: ServiceCSVColumn.tagSeparator).map(String.init), field: "tagName")
    }

    private static func endpoint(_ text: String, scheme schemeText: String) throws -> ServiceEndpoint {
        let scheme = ServiceEndpoint.Scheme(rawValue: schemeText.lowercased())
        guard schemeText.isEmpty || scheme != nil else {
            throw EdgewrightError.invalid("scheme", "must be http, https or agent")
        }
        guard text.contains("://") else {
            guard !text.isEmpty else { throw EdgewrightError.invalid("endpoint", "must not be empty") }
            return try ServiceEndpoint(scheme: scheme ?? .http, rest: text)
        }
        let endpoint = try ServiceEndpoint(text)
        guard scheme == nil || scheme == endpoint.scheme else {
            throw EdgewrightError.invalid("scheme", "is not the endpoint's scheme")
        }
        return endpoint
    }

    /// Finds the columns of a header line, in any order and case.
    /// - Throws: `.invalidInput` naming the column that is missing, unknown or there twice.
    package static func columns(header: [String]) throws -> [ServiceCSVColumn: Int] {
        var columns: [ServiceCSVColumn: Int] = [:]
        for (index, text) in header.enumerated() {
            let name = text.trimmingCharacters(in: .whitespaces)
            guard let column = ServiceCSVColumn.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() })
            else {
                throw EdgewrightError.invalid(String(name.prefix(64)), "is not a column of this format")
            }
            guard columns.updateValue(index, forKey: column) == nil else {
                throw EdgewrightError.invalid(column.rawValue, "is there twice")
            }
        }
        for required in [ServiceCSVColumn.category, .name, .endpoint] where columns[required] == nil {
            throw EdgewrightError.invalid(required.rawValue, "is missing in the header line")
        }
        return columns
    }
}
