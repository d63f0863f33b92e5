import Fleet

extension EdgeHost: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<EdgeHost>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("status", style: { $0.status.style }, { $0.status.rawValue }),
            .full("reason") { $0.statusReason },
            .full("since") { $0.statusSince?.short ?? "" },
            .slim("address", style: { $0.warnings.isEmpty ? .plain : .doubtful }, { $0.address.description }),
            .full("agent") { $0.agentName ?? $0.agentId?.rawValue ?? "" },
            .full("serviceAddress") { $0.serviceAddress },
            .slim("services") { "\($0.services)" },
            .slim("engine") { $0.engine?.version ?? "" },
            .full("operatingSystem") { $0.engine?.operatingSystem ?? "" },
            .slim("architecture") { $0.engine?.architecture ?? "" },
            .full("cpus") { $0.engine.map { "\($0.cpus)" } ?? "" },
            .full("memory") { $0.engine.map { ByteText.of($0.memory) } ?? "" },
            .full("tls") { $0.tls?.words ?? "" },
            .full("allowUnencrypted") { "\($0.allowUnencrypted)" },
            .full("description") { $0.description },
            .full("createdAt") { $0.createdAt.short },
            .full("updatedAt") { $0.updatedAt.short },
            .full("projectId") { $0.projectId.rawValue },
            .full("warnings") { $0.warnings.joined(separator: " ") },
        ]
    }
}

extension EdgeHost.TLS {
    fileprivate var words: String {
        let parts = [authority ? "own authority" : nil, clientCertificate ? "client certificate" : nil]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}

extension HostCheck: Listed {
    var listName: String { reachable ? "reachable" : reason }

    static var columns: [Column<HostCheck>] {
        [
            .slim("reachable", style: { $0.reachable ? .good : .bad }, { "\($0.reachable)" }),
            .slim("engine") { $0.engine?.version ?? "" },
            .full("operatingSystem") { $0.engine?.operatingSystem ?? "" },
            .slim("architecture") { $0.engine?.architecture ?? "" },
            .slim("cpus") { $0.engine.map { "\($0.cpus)" } ?? "" },
            .slim("memory") { $0.engine.map { ByteText.of($0.memory) } ?? "" },
            .slim("warnings", style: { _ in .doubtful }, { $0.warnings.joined(separator: " ") }),
            .slim("reason") { $0.reason },
        ]
    }
}

extension ContainerImage: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<ContainerImage>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("category") { $0.category.rawValue },
            .slim("version") { $0.version },
            .slim("default") { $0.isDefault ? "yes" : "" },
            .slim("reference") { $0.reference.text },
            .full("digest") { $0.digest ?? "" },
            .full("description") { $0.description },
            .full("createdAt") { $0.createdAt.short },
            .full("updatedAt") { $0.updatedAt.short },
        ]
    }
}

extension ImageCheck: Listed {
    var listName: String { found ? digest ?? "found" : reason }

    static var columns: [Column<ImageCheck>] {
        [
            .slim("found", style: { $0.found ? .good : .bad }, { "\($0.found)" }),
            .slim("digest") { $0.digest ?? "" },
            .slim("architectures") { $0.architectures.joined(separator: ", ") },
            .slim("reason") { $0.reason },
        ]
    }
}

extension ImageRegistry: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<ImageRegistry>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("address") { $0.address },
            .slim("username") { $0.username ?? "" },
            .full("hasPassword") { "\($0.hasPassword)" },
            .slim("plainHTTP", style: { $0.plainHTTP ? .doubtful : .plain }, { $0.plainHTTP ? "yes" : "" }),
            .full("createdAt") { $0.createdAt.short },
            .full("updatedAt") { $0.updatedAt.short },
        ]
    }
}

extension RegistryCheck: Listed {
    var listName: String { ok ? "ok" : reason }

    static var columns: [Column<RegistryCheck>] {
        [
            .slim("ok", style: { $0.ok ? .good : .bad }, { "\($0.ok)" }),
            .slim("reason") { $0.reason },
        ]
    }
}

/// Amounts of memory, for people.
enum ByteText {
    static func of(_ bytes: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var (amount, unit) = (Double(bytes), 0)
        while amount >= 1024, unit < units.count - 1 {
            amount /= 1024
            unit += 1
        }
        let tenths = (amount * 10).rounded() / 10
        return (Int(exactly: tenths).map(String.init) ?? "\(tenths)") + " \(units[unit])"
    }
}
