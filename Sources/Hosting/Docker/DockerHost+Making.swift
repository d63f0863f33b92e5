package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import Transport

// Making, setting aside, bringing back and removing containers. Each step looks first what is there, so that all of it may
// be cut short anywhere and begun anew.

extension DockerHost {
    private static let removalLimit = Duration.seconds(60)

    package func ensure(_ workload: WorkloadSpecification) async throws -> ContainerState {
        try await translatingRefusals {
            let name = WorkloadLabels.containerName(workload.service)
            var current = try await container(named: name, of: workload.service)
            if let found = current, labels.revision(found.configuration.labels ?? [:]) != workload.revision {
                try await setAside(found, of: workload.service)
                current = nil
            } else if let found = current, ContainerState.State(engine: found.state.status) == .created {
                // It never ran: perhaps its files are not in it yet, or its ports could not be had.
                try await remove(found.id)
                current = nil
            }
            let id: String
            if let current { id = current.id } else { id = try await make(workload, named: name) }
            if workload.isStopped { try await stop(id) } else { try await start(id) }
            return ContainerState(try await existing(workload.service), labels)
        }
    }

    package func settle(_ service: Identifier<EdgeService>) async throws {
        try await translatingRefusals {
            if let aside = try await container(named: WorkloadLabels.asideName(service), of: service) {
                try await remove(aside.id)
            }
        }
    }

    package func restore(_ service: Identifier<EdgeService>) async throws -> Bool {
        try await translatingRefusals {
            guard let aside = try await container(named: WorkloadLabels.asideName(service), of: service) else {
                return false
            }
            let name = WorkloadLabels.containerName(service)
            if let current = try await container(named: name, of: service) {
                // It has the same data open as the one that comes back.
                try await stopIfThere(current.id)
                try await remove(current.id)
            }
            try await wake(aside)
            try await client.post("/containers/\(aside.id)/rename?name=\(name)")
            return true
        }
    }

    package func remove(_ service: Identifier<EdgeService>, withVolumes: Bool) async throws {
        try await translatingRefusals {
            let filters = try DockerClient.filters([labels.ofPlatform, labels.ofService(service)])
            let found = try await client.get(
                "/containers/json?all=true&filters=\(filters)", as: [ContainerSummary].self)
            for container in found {
                // Where its data stays it may end by itself first.
                if !withVolumes { try await stopIfThere(container.id) }
                try await remove(container.id)
            }
            guard withVolumes else { return }
            let volumes = try await client.get("/volumes?filters=\(filters)", as: VolumeList.self).volumes ?? []
            for volume in volumes {
                try await client.delete("/volumes/\(DockerClient.quoted(volume.name))")
            }
        }
    }

    private func stopIfThere(_ container: String) async throws {
        do {
            try await stop(container)
        } catch let refusal as EngineRefusal where refusal.status == 404 {
            // Somebody else was quicker.
        }
    }

    /// With the volumes that have no name: nobody could find them again.
    private func remove(_ container: String) async throws {
        let status = try await client.delete("/containers/\(container)?force=true&v=true", accepting: [404, 409])
        guard status == 409 else { return }
        // Somebody else is at it: its name is free only when they are done.
        try await client.post(
            "/containers/\(container)/wait?condition=removed", timeout: Self.removalLimit, accepting: [404])
    }

    private func setAside(_ container: ContainerDetails, of service: Identifier<EdgeService>) async throws {
        let aside = WorkloadLabels.asideName(service)
        // One that is aside still, while a newer one is in use, was only not removed any more.
        if let old = try await self.container(named: aside, of: service) { try await remove(old.id) }
        try await stop(container.id)
        try await lull(container)
        try await client.post("/containers/\(container.id)/rename?name=\(aside)")
    }

    /// Keeps an engine that starts anew from starting what is aside: its ports and its data are in use.
    private func lull(_ container: ContainerDetails) async throws {
        // The engine starts those of any other policy only when nobody has stopped them.
        guard let policy = labels.restartPolicy(container.configuration.labels ?? [:]),
            policy == "always" || policy == "on-failure"
        else { return }
        try await setRestartPolicy("no", of: container.id)
    }

    private func wake(_ container: ContainerDetails) async throws {
        guard let policy = labels.restartPolicy(container.configuration.labels ?? [:]),
            policy != container.host.restartPolicy?.name
        else { return }
        try await setRestartPolicy(policy, of: container.id)
    }

    private func setRestartPolicy(_ name: String, of container: String) async throws {
        try await client.post(
            "/containers/\(container)/update", ContainerUpdate(restartPolicy: HostSettings.RestartPolicy(name: name)))
    }

    // MARK: One new container

    private func make(_ workload: WorkloadSpecification, named name: String) async throws -> String {
        for volume in workload.settings.volumes ?? [] where !volume.isFolderOfHost {
            try await client.post(
                "/volumes/create",
                VolumeCreation(
                    name: WorkloadLabels.volumeName(volume.source, of: workload.service),
                    labels: labels.volume(workload.service)))
        }
        let creation = ContainerCreation(workload, labels, image: try await runnable(workload))
        // 409: another process was quicker; then its container is the one.
        let status = try await client.post("/containers/create?name=\(name)", creation, accepting: [409])
        let container = try await existing(workload.service)
        if status != 409 {
            for file in workload.files { try await put(file, into: container.id) }
        }
        return container.id
    }

    /// By digest where the engine has that very image.
    private func runnable(_ workload: WorkloadSpecification) async throws -> String {
        guard let digest = workload.digest else { return workload.image.text }
        let exact = "\(workload.image.name)@\(digest)"
        return try await image(exact) == nil ? workload.image.text : exact
    }

    func image(_ name: String) async throws -> ImageDetails? {
        try await client.find("/images/\(name)/json", as: ImageDetails.self)
    }

    /// Into its folder; where there is none, it is made. Folders that are there keep their owner and their mode.
    private func put(_ file: WorkloadSpecification.File, into container: String) async throws {
        var folder = String(file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)])
        var missing: [String] = []
        let name = String(file.path.split(separator: "/").last ?? "")
        while try await !put(name, file.contents, below: missing, of: folder, in: container) {
            guard let last = folder.split(separator: "/").last else {
                throw HostingError(.failed, "its engine takes no file into the new container")
            }
            missing.insert(String(last), at: 0)
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
    }

    /// - Returns: whether the folder was there.
    private func put(
        _ name: String, _ contents: String, below missing: [String], of folder: String, in container: String
    ) async throws -> Bool {
        var archive = TarArchive()
        var path = ""
        for part in missing {
            path += "\(part)/"
            try archive.addFolder(path)
        }
        try archive.addFile(path + name, Array(contents.utf8))
        let target = "/containers/\(container)/archive?path=\(DockerClient.quoted(folder.isEmpty ? "/" : folder))"
        let request = RemoteRequest(
            method: .put, target: target, headerFields: [.contentType: "application/x-tar"],
            body: .bytes(ByteBuffer(bytes: archive.finished())), timeout: DockerClient.timeout)
        return try await client.send(request, accepting: [404]).status != 404
    }
}

extension ImageReference {
    /// Without tag and digest, as it was given.
    var name: String {
        let text = text.prefix { $0 != "@" }
        let slash = text.lastIndex(of: "/") ?? text.startIndex
        guard let colon = text[slash...].lastIndex(of: ":") else { return String(text) }
        return String(text[..<colon])
    }
}
