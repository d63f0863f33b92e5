import NIOCore

/// Reads samples of the Prometheus text format, as much of it as Neuron uses.
enum PrometheusText {
    struct Sample {
        let name: String
        let value: Double
        /// `{node="m1",group="g1"}`
        fileprivate let series: ByteBufferView

        /// Read only where they are wanted. Commas and escaped quotes within a value are needed by nobody here.
        var labels: [String: String] {
            var labels: [String: String] = [:]
            for pair in String(decoding: series, as: UTF8.self).dropFirst().dropLast().split(separator: ",") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { continue }
                labels[parts[0].trimmingPrefix(" ").description] = parts[1].filter { $0 != "\"" }
            }
            return labels
        }
    }

    /// Lines that are no samples are passed over.
    static func forEachSample(in body: ByteBuffer, _ take: (Sample) -> Void) {
        let bytes = body.readableBytesView
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            guard let space = line.lastIndex(of: UInt8(ascii: " ")) else { continue }
            let number = line[line.index(after: space)...].filter { $0 != UInt8(ascii: "\r") }
            guard let value = Double(String(decoding: number, as: UTF8.self)) else { continue }
            let series = line[..<space]
            let brace = series.firstIndex(of: UInt8(ascii: "{")) ?? series.endIndex
            take(
                Sample(
                    name: String(decoding: series[..<brace], as: UTF8.self), value: value,
                    series: bytes[brace..<series.endIndex]))
        }
    }
}
