package import HTTPTypes

extension HTTPFields {
    /// What the subscript says, but the value of a field that comes once is taken as it is, and not put together letter by
    /// letter.
    package func value(_ name: HTTPField.Name) -> String? {
        var found: String?
        for field in self where field.name == name {
            guard found == nil else { return self[name] }
            found = field.value
        }
        return found
    }
}
