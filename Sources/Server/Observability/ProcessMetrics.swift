import Foundation

/// The process itself, under the names that Prometheus' client libraries agree on. Read when asked for.
enum ProcessMetrics {
    static func render() -> String {
        var text = ""
        func add(_ name: String, _ kind: String, _ value: Double?) {
            guard let value else { return }
            text += "# TYPE \(name) \(kind)\n\(name) \(value)\n"
        }
        let usage = self.usage
        add("process_cpu_seconds_total", "counter", usage.cpuSeconds)
        add("process_start_time_seconds", "gauge", startTime)
        add("process_resident_memory_bytes", "gauge", residentBytes)
        add("process_open_fds", "gauge", openFiles)
        add("process_max_fds", "gauge", usage.fileLimit)
        return text
    }

    private static let startTime = Date.now.timeIntervalSince1970 - ProcessInfo.processInfo.secondsRunning

    private static var usage: (cpuSeconds: Double, fileLimit: Double) {
        var usage = rusage()
        var limit = rlimit()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return (seconds(usage.ru_utime) + seconds(usage.ru_stime), Double(limit.rlim_cur))
    }

    /// proc(5): the second number of `statm` is the resident set, in pages.
    private static var residentBytes: Double? {
        let fields = read("/proc/self/statm")?.split(separator: " ") ?? []
        return fields.count > 1 ? Double(fields[1]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }

    private static var openFiles: Double? {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) }
    }

    private static func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}

extension ProcessInfo {
    /// proc(5): field 22 of `stat` is when the process began, in clock ticks since the machine did.
    fileprivate var secondsRunning: Double {
        guard let stat = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            // The second field is the program's name and may hold anything, so it is counted from behind it.
            let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 19,
            let ticks = Double(fields[19])
        else { return 0 }
        return max(0, systemUptime - ticks / Double(sysconf(Int32(_SC_CLK_TCK))))
    }
}
