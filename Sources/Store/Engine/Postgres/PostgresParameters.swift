import CPQ

/// Values in PostgreSQL's text form, laid out for libpq.
struct PostgresParameters {
    /// Of every placeholder; 0 stands for a NULL, which is written into the statement and not sent.
    private(set) var types: [Oid] = []
    /// The texts, each with a closing NUL.
    private var bytes: [CChar] = []
    private var offsets: [Int] = []

    init(_ values: [any SQLBindable]) throws {
        types.reserveCapacity(values.count)
        for (index, bindable) in values.enumerated() {
            let value = bindable.sqlValue
            try value.check(position: index + 1)
            append(value)
        }
    }

    private mutating func append(_ value: SQLValue) {
        switch value {
        case .null:
            types.append(0)
        case .integer(let number):
            types.append(20)  // int8
            append(text: String(number))
        case .real(let number):
            types.append(701)  // float8
            append(text: String(number))
        case .text(let text):
            types.append(25)  // text
            append(text: text)
        }
    }

    private mutating func append(text: String) {
        var text = text
        offsets.append(bytes.count)
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { bytes.append(contentsOf: $0) }
        }
        bytes.append(0)
    }

    /// How many values are sent.
    var count: CInt { CInt(offsets.count) }

    var sentTypes: [Oid] { types.filter { $0 != 0 } }

    func withPointers<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { bytes in
            let pointers = offsets.map { offset in bytes.baseAddress.map { $0 + offset } }
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}

extension NumberedSQL {
    /// - Throws: `StoreError` when there are not as many values as placeholders.
    func text(for parameters: PostgresParameters) throws -> String {
        guard parameters.types.count == placeholderCount else {
            throw StoreError(
                .other, "The statement has \(placeholderCount) placeholders for \(parameters.types.count) values.")
        }
        return text(isNull: parameters.types.map { $0 == 0 })
    }
}
