/// What a workload's settings may say.
package enum WorkloadRules {
    private static let longestText = 4096
    private static let maximumEntries = 200
    private static let smallestMemory: Int64 = 4 << 20

    /// - Parameter field: put before the names of fields: `parameters.settings`.
    /// - Throws: `.invalidInput` naming every field that breaks a rule.
    package static func check(_ settings: WorkloadSettings, field: String) throws {
        var validation = Validation()
        checkPorts(settings, field, &validation)
        checkEnvironment(settings.environment ?? [:], "\(field).environment", &validation)
        checkVolumes(settings.volumes ?? [], "\(field).volumes", &validation)
        checkDevices(settings.devices ?? [], "\(field).devices", &validation)
        if let logs = settings.logs {
            if logs.maxSize.wholeMatch(of: /[1-9][0-9]{0,5}[kmg]/) == nil {
                validation.fail("\(field).logs.maxSize", "must be a size such as 10m")
            }
            if !(1...1000).contains(logs.maxFiles) { validation.fail("\(field).logs.maxFiles", "must be 1 to 1000") }
        }
        if let cpus = settings.cpus, !(cpus >= 0.01 && cpus <= 1024) {
            validation.fail("\(field).cpus", "must be 0.01 to 1024")
        }
        if let memory = settings.memory, !(smallestMemory...(1 << 50)).contains(memory) {
            validation.fail("\(field).memory", "must be at least \(smallestMemory) bytes")
        }
        if let folder = settings.keyFolder, !isPath(folder) {
            validation.fail("\(field).keyFolder", "must be an absolute path")
        }
        try validation.finish()
    }

    /// What is only asked of settings that are complete.
    package static func checkComplete(_ settings: WorkloadSettings, field: String) throws {
        try check(settings, field: field)
        guard let api = settings.apiPort else { throw EdgewrightError.invalid("\(field).apiPort", "is needed") }
        guard (settings.ports ?? []).contains(where: { $0.container == api && $0.protocol == .tcp }) else {
            throw EdgewrightError.invalid("\(field).apiPort", "must be one of the ports, with tcp")
        }
    }

    private static func checkPorts(_ settings: WorkloadSettings, _ field: String, _ validation: inout Validation) {
        if let api = settings.apiPort, !(1...65_535).contains(api) {
            validation.fail("\(field).apiPort", "must be 1 to 65535")
        }
        guard let ports = settings.ports else { return }
        checkCount(ports.count, "\(field).ports", &validation)
        var inside: Set<HostPorts.Key> = []
        var outside: Set<HostPorts.Key> = []
        for (index, port) in ports.enumerated() {
            let name = "\(field).ports[\(index)]"
            if !(1...65_535).contains(port.container) { validation.fail("\(name).container", "must be 1 to 65535") }
            if !inside.insert(.init(port.container, port.protocol)).inserted {
                validation.fail("\(name).container", "is there twice")
            }
            guard let host = port.host else { continue }
            if !(1...65_535).contains(host) { validation.fail("\(name).host", "must be 1 to 65535") }
            if !outside.insert(.init(host, port.protocol)).inserted {
                validation.fail("\(name).host", "is there twice")
            }
        }
    }

    private static func checkEnvironment(
        _ environment: [String: String], _ field: String, _ validation: inout Validation
    ) {
        checkCount(environment.count, field, &validation)
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            let isName = name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.\-]{0,199}/) != nil
            if !isName { validation.fail(field, "has a name that is none: “\(name.prefix(40))”") }
            if !isText(value) {
                validation.fail("\(field).\(name.prefix(40))", "must not contain NUL, nor be too long")
            }
        }
    }

    private static func checkVolumes(
        _ volumes: [WorkloadSettings.Volume], _ field: String, _ validation: inout Validation
    ) {
        checkCount(volumes.count, field, &validation)
        var targets: Set<String> = []
        for (index, volume) in volumes.enumerated() {
            let isName = volume.source.wholeMatch(of: /[a-z0-9][a-z0-9_.\-]{0,59}/) != nil
            if !isName, !isPath(volume.source) {
                validation.fail(
                    "\(field)[\(index)].source", "must be a name of a-z, 0-9, . _ -, or an absolute path of the host")
            }
            if !isPath(volume.target) || volume.target == "/" {
                validation.fail("\(field)[\(index)].target", "must be an absolute path, and not the root")
            }
            if !targets.insert(volume.target).inserted {
                validation.fail("\(field)[\(index)].target", "is there twice")
            }
        }
    }

    private static func checkDevices(
        _ devices: [WorkloadSettings.Device], _ field: String, _ validation: inout Validation
    ) {
        checkCount(devices.count, field, &validation)
        for (index, device) in devices.enumerated() {
            if !isPath(device.host) { validation.fail("\(field)[\(index)].host", "must be an absolute path") }
            if !isPath(device.container) { validation.fail("\(field)[\(index)].container", "must be an absolute path") }
            if device.permissions.wholeMatch(of: /r?w?m?/) == nil || device.permissions.isEmpty {
                validation.fail("\(field)[\(index)].permissions", "must be some of r, w, m in this order")
            }
        }
    }

    private static func checkCount(_ count: Int, _ field: String, _ validation: inout Validation) {
        if count > maximumEntries { validation.fail(field, "must not be more than \(maximumEntries)") }
    }

    /// Docker separates the parts of a binding by colons.
    private static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && isText(text) && !text.contains(":") && !text.split(separator: "/").contains("..")
    }

    private static func isText(_ text: String) -> Bool {
        text.utf8.count <= longestText && !text.utf8.contains(0)
    }
}

extension WorkloadSettings {
    /// How the makers of a category run it, unless a system administrator has said otherwise.
    package static func standard(for category: ServiceCategory) -> WorkloadSettings {
        var settings = WorkloadSettings()
        settings.logs = Logs(maxSize: "10m", maxFiles: 3)
        settings.privileged = false
        settings.restart = .unlessStopped
        settings.environment = [:]
        settings.devices = []
        switch category {
        case .neuronex:
            settings.serve(8085, data: "/opt/neuronex/data", keys: "/opt/neuronex/etc")
        case .neuron:
            settings.serve(7000, data: "/opt/neuron/persistence", keys: "/opt/neuron/certs")
        case .ekuiper:
            settings.serve(9081, data: "/kuiper/data", keys: "/kuiper/etc/mgmt")
        case .custom:
            settings.serve(8080, data: nil, keys: nil)
        }
        return settings
    }

    private mutating func serve(_ port: Int, data: String?, keys: String?) {
        apiPort = port
        ports = [Port(container: port)]
        volumes = data.map { [Volume(source: "data", target: $0)] } ?? []
        keyFolder = keys
    }

    /// What tells a service of the category whether to ask who calls it.
    package static func environment(
        for category: ServiceCategory, authentication: Bool
    ) -> [String: String] {
        switch (category, authentication) {
        case (.neuronex, false): ["NEURONEX_DISABLE_AUTH": "1"]
        case (.neuron, false): ["DISABLE_AUTH": "1"]
        case (.ekuiper, true): ["KUIPER__BASIC__AUTHENTICATION": "true"]
        case (.neuronex, true), (.neuron, true), (.ekuiper, false), (.custom, _): [:]
        }
    }

    /// The same without what may be secret: for those who may only look.
    package var redacted: WorkloadSettings {
        var settings = self
        settings.environment = environment?.mapValues { _ in "•••" }
        return settings
    }
}
