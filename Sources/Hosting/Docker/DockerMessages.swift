import Foundation

// Parts of the Docker Engine API's messages: what is read and written here, and nothing more.

/// `GET /info`
struct EngineInformation: Decodable {
    let serverVersion: String
    let operatingSystem: String
    let architecture: String
    let cpus: Int
    let memory: Int64

    private enum CodingKeys: String, CodingKey {
        case serverVersion = "ServerVersion"
        case operatingSystem = "OperatingSystem"
        case architecture = "Architecture"
        case cpus = "NCPU"
        case memory = "MemTotal"
    }
}

/// `GET /version`
struct EnginePlatform: Decodable {
    let operatingSystem: String
    /// As images say it: `amd64`.
    let architecture: String

    private enum CodingKeys: String, CodingKey {
        case operatingSystem = "Os"
        case architecture = "Arch"
    }
}

/// An element of `GET /containers/json`
struct ContainerSummary: Decodable {
    struct Port: Decodable {
        let publicPort: Int?
        let type: String

        private enum CodingKeys: String, CodingKey {
            case publicPort = "PublicPort"
            case type = "Type"
        }
    }

    let id: String
    let names: [String]
    let image: String
    let state: String
    let labels: [String: String]?
    let ports: [Port]?

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case image = "Image"
        case state = "State"
        case labels = "Labels"
        case ports = "Ports"
    }

    /// Without the slash that the engine puts in front.
    var name: String { names.first.map { String($0.drop { $0 == "/" }) } ?? id }
}

/// `GET /containers/{id}/json`
struct ContainerDetails: Decodable {
    struct State: Decodable {
        struct Health: Decodable {
            let status: String

            private enum CodingKeys: String, CodingKey { case status = "Status" }
        }

        let status: String
        let exitCode: Int?
        let startedAt: String?
        let finishedAt: String?
        let health: Health?

        private enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
            case startedAt = "StartedAt"
            case finishedAt = "FinishedAt"
            case health = "Health"
        }
    }

    struct Configuration: Decodable {
        let image: String
        let labels: [String: String]?
        let environment: [String]?
        let hasTerminal: Bool?

        private enum CodingKeys: String, CodingKey {
            case image = "Image"
            case labels = "Labels"
            case environment = "Env"
            case hasTerminal = "Tty"
        }
    }

    struct Mount: Decodable {
        let name: String?
        let source: String?
        let destination: String
        let isWritable: Bool?

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case source = "Source"
            case destination = "Destination"
            case isWritable = "RW"
        }
    }

    struct Networks: Decodable {
        let networks: [String: Network]?

        struct Network: Decodable {}

        private enum CodingKeys: String, CodingKey { case networks = "Networks" }
    }

    let id: String
    let name: String
    let state: State
    let restartCount: Int?
    let configuration: Configuration
    let host: HostSettings
    let mounts: [Mount]?
    let network: Networks?

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case state = "State"
        case restartCount = "RestartCount"
        case configuration = "Config"
        case host = "HostConfig"
        case mounts = "Mounts"
        case network = "NetworkSettings"
    }
}

/// Body of `POST /containers/create`
struct ContainerCreation: Encodable {
    struct Nothing: Codable {}

    var image: String
    var environment: [String]
    var labels: [String: String]
    var exposedPorts: [String: Nothing]
    var host: HostSettings

    private enum CodingKeys: String, CodingKey {
        case image = "Image"
        case environment = "Env"
        case labels = "Labels"
        case exposedPorts = "ExposedPorts"
        case host = "HostConfig"
    }
}

/// Body of `POST /containers/{id}/update`
struct ContainerUpdate: Encodable {
    var restartPolicy: HostSettings.RestartPolicy

    private enum CodingKeys: String, CodingKey { case restartPolicy = "RestartPolicy" }
}

/// How a container sits on its host; what is sent, and what is compared with it later.
struct HostSettings: Codable {
    struct PortBinding: Codable, Equatable {
        var hostPort: String

        private enum CodingKeys: String, CodingKey { case hostPort = "HostPort" }
    }

    struct Device: Codable, Equatable {
        var host: String
        var container: String
        var permissions: String

        private enum CodingKeys: String, CodingKey {
            case host = "PathOnHost"
            case container = "PathInContainer"
            case permissions = "CgroupPermissions"
        }
    }

    struct RestartPolicy: Codable, Equatable {
        var name: String

        private enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    struct LogConfiguration: Codable, Equatable {
        var type: String
        var options: [String: String]?

        private enum CodingKeys: String, CodingKey {
            case type = "Type"
            case options = "Config"
        }
    }

    var portBindings: [String: [PortBinding]]?
    var binds: [String]?
    var devices: [Device]?
    var memory: Int64?
    var nanoCPUs: Int64?
    var privileged: Bool?
    var restartPolicy: RestartPolicy?
    var logs: LogConfiguration?

    private enum CodingKeys: String, CodingKey {
        case portBindings = "PortBindings"
        case binds = "Binds"
        case devices = "Devices"
        case memory = "Memory"
        case nanoCPUs = "NanoCpus"
        case privileged = "Privileged"
        case restartPolicy = "RestartPolicy"
        case logs = "LogConfig"
    }
}

/// `GET /images/{name}/json`
struct ImageDetails: Decodable {
    let repositoryDigests: [String]?
    let operatingSystem: String?
    let architecture: String?

    private enum CodingKeys: String, CodingKey {
        case repositoryDigests = "RepoDigests"
        case operatingSystem = "Os"
        case architecture = "Architecture"
    }
}

/// `GET /volumes`
struct VolumeList: Decodable {
    struct Volume: Decodable {
        let name: String

        private enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    let volumes: [Volume]?

    private enum CodingKeys: String, CodingKey { case volumes = "Volumes" }
}

/// Body of `POST /volumes/create`
struct VolumeCreation: Encodable {
    var name: String
    var labels: [String: String]

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case labels = "Labels"
    }
}

/// A line of what `POST /images/create` streams.
struct PullEvent: Decodable {
    struct Progress: Decodable {
        let current: Int64?
        let total: Int64?
    }

    let status: String?
    let id: String?
    let progressDetail: Progress?
    let error: String?

    /// Of what was asked for, which the engine says at the end: `Digest: sha256:…`
    var digest: String? {
        status?.wholeMatch(of: /Digest: (sha256:[0-9a-f]{64})/).map { String($0.1) }
    }
}

/// What the engine says when it refuses.
struct EngineMessage: Decodable {
    let message: String
}
