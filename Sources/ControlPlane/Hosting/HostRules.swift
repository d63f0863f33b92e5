import Fleet
import Foundation
import Store

/// What a host may be: from a request to a record, with every fault of the request named.
struct HostRules: Sendable {
    private static let longestPEM = 64 * 1024

    let connector: HostConnector

    /// - Parameter mayNameSockets: whether the caller may name a socket of the platform's own machine.
    func record(
        _ request: CreateHostRequest, id: Identifier<EdgeHost>, project: Identifier<Project>, at now: Timestamp,
        mayNameSockets: Bool
    ) throws -> (record: HostRecord, tls: HostTLSRequest?) {
        var validation = Validation()
        let name = try validation.check { try EdgeHost.nameRule.check(request.name) }
        let address = try validation.check { try HostAddress(request.address) }
        let description = try validation.check { try TextRule.description.check(request.description ?? "") }
        let tls = try validation.check { try Self.checked(request.tls) }
        try validation.finish()
        guard let name, let address, let description, let tls else {
            throw EdgewrightError(.internal, "A checked request lost a field.")
        }
        var host = EdgeHost(
            id: id, projectId: project, name: name, address: address,
            serviceAddress: try Self.serviceAddress(request.serviceAddress, of: address), at: now)
        host.description = description
        host.allowUnencrypted = request.allowUnencrypted ?? false
        return (try finished(host, tls, mayNameSockets: mayNameSockets), tls)
    }

    func apply(
        _ request: UpdateHostRequest, to record: HostRecord, at now: Timestamp, mayNameSockets: Bool
    ) throws -> HostRecord {
        var host = record.host
        if let name = request.name { host.name = try EdgeHost.nameRule.check(name) }
        if let description = request.description { host.description = try TextRule.description.check(description) }
        if let address = request.address {
            let before = host.address
            host.address = try HostAddress(address)
            // What followed the address goes on following it.
            if request.serviceAddress == nil, host.serviceAddress == Self.standardServiceAddress(of: before) {
                host.serviceAddress = Self.standardServiceAddress(of: host.address)
            }
        }
        if let address = request.serviceAddress {
            host.serviceAddress = try Self.serviceAddress(address, of: host.address)
        }
        host.allowUnencrypted = request.allowUnencrypted ?? host.allowUnencrypted
        host.updatedAt = now
        guard request.tls != nil else {
            host.warnings = host.cautions
            try check(host, mayNameSockets: mayNameSockets || request.address == nil)
            return HostRecord(host: host, sealedTLS: record.sealedTLS)
        }
        return try finished(
            host, try Self.checked(request.tls), mayNameSockets: mayNameSockets || request.address == nil)
    }

    private func finished(_ host: EdgeHost, _ tls: HostTLSRequest?, mayNameSockets: Bool) throws -> HostRecord {
        var host = host
        host.tls = tls.map { EdgeHost.TLS(authority: $0.ca != nil, clientCertificate: $0.certificate != nil) }
        host.warnings = host.cautions
        try check(host, mayNameSockets: mayNameSockets)
        // Certificates that can't be read are told of now rather than by the first call.
        _ = try connector.connect(host.address, tls: tls, in: host.projectId)
        return HostRecord(host: host, sealedTLS: try tls.map { try connector.seal($0, of: host.id) })
    }

    private func check(_ host: EdgeHost, mayNameSockets: Bool) throws {
        switch host.address {
        case .unix:
            guard mayNameSockets else {
                throw EdgewrightError.invalid(
                    "address", "names a socket of the platform's own machine, which only a system administrator may")
            }
            if host.tls != nil { throw EdgewrightError.invalid("tls", "is not for sockets") }
        case .agent:
            if host.tls != nil { throw EdgewrightError.invalid("tls", "is not for engines behind an agent") }
        case .tcp:
            guard host.tls != nil || host.allowUnencrypted else {
                throw EdgewrightError.invalid(
                    "allowUnencrypted",
                    "must be true to speak to an engine without TLS: whoever can reach it controls the whole machine")
            }
        }
    }

    /// - Returns: `.some(nil)` for none.
    private static func checked(_ tls: HostTLSRequest?) throws -> HostTLSRequest? {
        guard var tls else { return nil }
        func given(_ text: String?, _ field: String) throws -> String? {
            guard let text = text?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty else { return nil }
            guard text.utf8.count <= longestPEM, text.contains("-----BEGIN ") else {
                throw EdgewrightError.invalid("tls.\(field)", "must be PEM")
            }
            return text + "\n"
        }
        tls.ca = try given(tls.ca, "ca")
        tls.certificate = try given(tls.certificate, "certificate")
        tls.key = try given(tls.key, "key")
        guard (tls.certificate == nil) == (tls.key == nil) else {
            throw EdgewrightError.invalid(tls.key == nil ? "tls.key" : "tls.certificate", "is needed with the other")
        }
        return tls.ca == nil && tls.certificate == nil ? nil : tls
    }

    private static func serviceAddress(_ text: String?, of address: HostAddress) throws -> String {
        guard let text = text?.trimmingCharacters(in: .whitespaces), !text.isEmpty else {
            return standardServiceAddress(of: address)
        }
        let bracketed = text.contains(":") && !text.hasPrefix("[") ? "[\(text)]" : text
        guard let endpoint = try? ServiceEndpoint("http://\(bracketed)"), endpoint.basePath.isEmpty,
            endpoint.port == 80, !text.hasSuffix(":80")
        else { throw EdgewrightError.invalid("serviceAddress", "must be a name or an address, without a port") }
        return endpoint.host
    }

    private static func standardServiceAddress(of address: HostAddress) -> String {
        switch address {
        case .tcp(let host, _): host
        case .unix, .agent: "127.0.0.1"
        }
    }
}
