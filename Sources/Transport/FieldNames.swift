/// Names of fields, in small letters, among which most are looked for in vain: those are told by their length alone, for a
/// tenth of what a hash of each name costs.
package struct FieldNames: ExpressibleByArrayLiteral, Sendable {
    /// By how many bytes they have.
    private let names: [[String]]

    package init(arrayLiteral names: String...) {
        var byLength = Array(repeating: [String](), count: (names.map(\.utf8.count).max() ?? 0) + 1)
        for name in names { byLength[name.utf8.count].append(name) }
        self.names = byLength
    }

    package func contains(_ name: String) -> Bool {
        let length = name.utf8.count
        return length < names.count && !names[length].isEmpty && names[length].contains(name)
    }
}
