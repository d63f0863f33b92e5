import NIOCore

/// Reads samples of the Prometheus text format, as much of it as Neuron and eKuiper use.
enum PrometheusText {
    static func forEachSample(
        in body: ByteBuffer, _ take: (_ name: String, _ labels: [String: String], _ value: Double) -> Void
    ) {
        for line in body.readableBytesView.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            guard let space = line.lastIndex(of: UInt8(ascii: " ")),
                let value = Double(
                    String(decoding: line[line.index(after: space)...], as: UTF8.self).filter { $0 != "\r" })
            else { continue }
            let series = line[..<space]
            let brace = series.firstIndex(of: UInt8(ascii: "{"))
            let name = String(decoding: series[..<(brace ?? series.endIndex)], as: UTF8.self)
            take(name, brace.map { labels(String(decoding: series[$0...], as: UTF8.self)) } ?? [:], value)
        }
    }

    /// `{node="m1",group="g1"}`; values with commas or escaped quotes in them are not needed by anybody here.
    private static func labels(_ text: String) -> [String: String] {
        var labels: [String: String] = [:]
        for pair in text.dropFirst().dropLast().split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            labels[parts[0].trimmingPrefix(" ").description] = parts[1].filter { $0 != "\"" }
        }
        return labels
    }
}
