/// How a service is run, as defaults and overrides say it: what is absent is left to who was asked before.
package struct WorkloadSettings: Codable, Equatable, Sendable {
    package enum PortProtocol: String, Codable, Sendable, CaseIterable {
        case tcp
        case udp
    }

    package struct Port: Codable, Equatable, Hashable, Sendable {
        /// Inside.
        package var container: Int
        /// On the host; chosen when absent.
        package var host: Int?
        package var `protocol`: PortProtocol

        package init(container: Int, host: Int? = nil, protocol: PortProtocol = .tcp) {
            self.container = container
            self.host = host
            self.protocol = `protocol`
        }
    }

    package struct Volume: Codable, Equatable, Sendable {
        /// A name, for a volume made for the service, or a folder of the host when it begins with `/`.
        package var source: String
        package var target: String
        package var readOnly: Bool

        package init(source: String, target: String, readOnly: Bool = false) {
            self.source = source
            self.target = target
            self.readOnly = readOnly
        }

        package var isFolderOfHost: Bool { source.hasPrefix("/") }
    }

    package struct Device: Codable, Equatable, Sendable {
        package var host: String
        package var container: String
        /// Some of `r`, `w`, `m`.
        package var permissions: String

        package init(host: String, container: String, permissions: String = "rwm") {
            self.host = host
            self.container = container
            self.permissions = permissions
        }
    }

    package struct Logs: Codable, Equatable, Sendable {
        /// As Docker writes it: `10m`.
        package var maxSize: String
        package var maxFiles: Int

        package init(maxSize: String, maxFiles: Int) {
            self.maxSize = maxSize
            self.maxFiles = maxFiles
        }
    }

    package enum Restart: String, Codable, Sendable, CaseIterable {
        case no
        case onFailure
        case unlessStopped
        case always
    }

    /// The port inside at which the service's API answers.
    package var apiPort: Int?
    package var ports: [Port]?
    package var environment: [String: String]?
    package var volumes: [Volume]?
    package var devices: [Device]?
    package var logs: Logs?
    package var privileged: Bool?
    package var restart: Restart?
    package var cpus: Double?
    /// In bytes.
    package var memory: Int64?
    /// The folder inside that takes the platform's public key.
    package var keyFolder: String?

    package init() {}

    /// These, and where they say nothing what `defaults` say. The environment is merged name by name.
    package func over(_ defaults: WorkloadSettings) -> WorkloadSettings {
        var merged = self
        merged.apiPort = apiPort ?? defaults.apiPort
        merged.ports = ports ?? defaults.ports
        merged.environment = (defaults.environment ?? [:]).merging(environment ?? [:]) { $1 }
        merged.volumes = volumes ?? defaults.volumes
        merged.devices = devices ?? defaults.devices
        merged.logs = logs ?? defaults.logs
        merged.privileged = privileged ?? defaults.privileged
        merged.restart = restart ?? defaults.restart
        merged.cpus = cpus ?? defaults.cpus
        merged.memory = memory ?? defaults.memory
        merged.keyFolder = keyFolder ?? defaults.keyFolder
        return merged
    }
}

/// How services of a category are run unless something else is asked for.
package struct WorkloadDefaults: Codable, Equatable, Sendable {
    package var category: ServiceCategory
    package var settings: WorkloadSettings

    package init(category: ServiceCategory, settings: WorkloadSettings) {
        self.category = category
        self.settings = settings
    }
}
