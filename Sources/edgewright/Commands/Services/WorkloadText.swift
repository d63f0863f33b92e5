import ArgumentParser
import Fleet

/// Parts of a workload's settings as `docker run` takes them.
enum WorkloadText {
    struct Variable: Equatable, Sendable {
        let name: String
        /// `nil` for the value that it has here.
        let value: String?
    }

    /// `8085`, `9000:8085`, `9000:8085/udp`.
    static func port(_ text: String) throws -> WorkloadSettings.Port {
        let refusal = ValidationError("“\(text)” is no port such as 8085, 9000:8085 or 9000:8085/udp.")
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        let numbers = halves[0].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        let word = halves.count == 2 ? String(halves[1]) : "tcp"
        guard halves.count <= 2, let kind = WorkloadSettings.PortProtocol(rawValue: word),
            numbers.count <= 2, let inside = numbers.last ?? nil, (1...65_535).contains(inside)
        else { throw refusal }
        guard numbers.count == 2 else { return WorkloadSettings.Port(container: inside, protocol: kind) }
        guard let host = numbers[0], (1...65_535).contains(host) else { throw refusal }
        return WorkloadSettings.Port(container: inside, host: host, protocol: kind)
    }

    static func variable(_ text: String) throws -> Variable {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard !parts[0].isEmpty else { throw ValidationError("write NAME=VALUE.") }
        return Variable(name: String(parts[0]), value: parts.count == 2 ? String(parts[1]) : nil)
    }

    /// `data:/opt/data`, `/srv/data:/opt/data:ro`.
    static func volume(_ text: String) throws -> WorkloadSettings.Volume {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts[0].isEmpty, parts[1].hasPrefix("/"),
            parts.count == 2 || ["ro", "rw"].contains(parts[2])
        else { throw ValidationError("“\(text)” is no volume such as data:/opt/data or /srv/data:/opt/data:ro.") }
        return WorkloadSettings.Volume(source: parts[0], target: parts[1], readOnly: parts.last == "ro")
    }

    /// `/dev/ttyUSB0`, `/dev/ttyUSB0:/dev/ttyS0`, `/dev/ttyUSB0:/dev/ttyS0:rw`.
    static func device(_ text: String) throws -> WorkloadSettings.Device {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), parts.prefix(2).allSatisfy({ $0.hasPrefix("/") }),
            parts.count < 3 || (!parts[2].isEmpty && parts[2].allSatisfy("rwm".contains))
        else { throw ValidationError("“\(text)” is no device such as /dev/ttyUSB0 or /dev/ttyUSB0:/dev/ttyS0:rw.") }
        return WorkloadSettings.Device(
            host: parts[0], container: parts.count > 1 ? parts[1] : parts[0],
            permissions: parts.count > 2 ? parts[2] : "rwm")
    }

    /// In bytes, or with `k`, `m` or `g`.
    static func memory(_ text: String) throws -> Int64 {
        let refusal = ValidationError("“\(text)” is no size such as 512m or 2g.")
        let units: [Character: Int64] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
        let unit = text.last.flatMap { units[$0] }
        guard let count = Int64(unit == nil ? text : String(text.dropLast())), count > 0 else { throw refusal }
        let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: unit ?? 1)
        guard !isTooLarge else { throw refusal }
        return bytes
    }

    /// `10m` or `10m,3`.
    static func logs(_ text: String) throws -> WorkloadSettings.Logs {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let files = parts.count == 2 ? Int(parts[1]) : 3 else {
            throw ValidationError("“\(text)” is no size of logs such as 10m or 10m,3.")
        }
        return WorkloadSettings.Logs(maxSize: parts[0], maxFiles: files)
    }
}
