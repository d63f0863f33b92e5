/// A whole number that services write as a number or as a text, depending on their version; `nil` for anything else.
struct LooseInteger: Decodable {
    let value: Int64?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            value = number
        } else if let number = try? container.decode(Double.self) {
            value = Int64(saturating: number)
        } else {
            value = (try? container.decode(String.self)).flatMap { Int64($0) }
        }
    }
}
