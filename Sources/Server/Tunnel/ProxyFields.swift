import Fleet
import HTTPTypes
import Transport

/// Which fields pass through the tunnel, and how they change on the way.
enum ProxyFields {
    /// What is meant for one connection only (RFC 9110, section 7.6.1).
    private static let hopByHop: FieldNames = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// The caller's own credentials for the platform: no service ever sees them.
    private static let platformCredentials: FieldNames = ["authorization", "x-csrf-token"]

    /// By these some services take a GET for something else; who may only read must not change anything by them.
    private static let methodOverrides: FieldNames = ["x-http-method-override", "x-http-method", "x-method-override"]

    /// What a service must not set on the platform's own origin.
    private static let originFields: FieldNames = [
        "set-cookie", "set-cookie2", "clear-site-data", "strict-transport-security", "public-key-pins",
        "service-worker-allowed", "alt-svc", "nel", "report-to", "reporting-endpoints", "refresh", "link",
        "sourcemap", "content-security-policy", "content-security-policy-report-only", "cross-origin-opener-policy",
        "origin-agent-cluster", "www-authenticate", "x-content-type-options",
    ]

    /// Fields for the service.
    /// - Parameters:
    ///   - prefix: the path that stands in front of the service's own; empty on the page's origin.
    ///   - ours: the cookies that are ours; `nil` when no cookie of the caller's is the service's business.
    static func forService(
        _ fields: HTTPFields, from origin: RequestOrigin, prefix: String = "", keepingCookiesExcept ours: Set<String>?,
        keepsUpgrade: Bool = false
    ) -> HTTPFields {
        let named = connectionTokens(fields)
        var result = HTTPFields()
        result.reserveCapacity(fields.count + 6)
        for field in fields {
            let name = field.name.canonicalName
            let dropped = hopByHop.contains(name) || platformCredentials.contains(name) || named.contains(name)
            guard !dropped, name != "cookie", name != "host", !name.hasPrefix("x-forwarded-"), name != "forwarded",
                !methodOverrides.contains(name)
            else { continue }
            result.append(field)
        }
        if let ours, let cookies = Cookies.removing(ours, from: fields) { result[.cookie] = cookies }
        add(origin, prefix: prefix, to: &result)
        if keepsUpgrade {
            result[.connection] = "Upgrade"
            result[.upgrade] = fields[.upgrade]
        }
        return result
    }

    private static func add(_ origin: RequestOrigin, prefix: String, to fields: inout HTTPFields) {
        // None of them is there any more.
        if !origin.forwardedFor.isEmpty { fields.append(HTTPField(name: .xForwardedFor, value: origin.forwardedFor)) }
        fields.append(HTTPField(name: .xForwardedHost, value: origin.authority))
        fields.append(HTTPField(name: .xForwardedProto, value: origin.isSecure ? "https" : "http"))
        if !prefix.isEmpty { fields.append(HTTPField(name: .xForwardedPrefix, value: prefix)) }
    }

    private static func connectionTokens(_ fields: HTTPFields) -> Set<String> {
        guard let value = fields[.connection] else { return [] }
        return Set(value.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() })
    }

    /// Fields of a service's answer that is shown on the platform's own origin: nothing in it may act there as the
    /// user, so whatever is shown is shown in a sandbox.
    static func forPlatformOrigin(_ fields: HTTPFields, endpoint: ServiceEndpoint, prefix: String) -> HTTPFields {
        var result = withoutHops(fields) {
            originFields.contains($0) || $0.hasPrefix("access-control-")
        }
        if let location = fields[.location] {
            result[.location] = rewritten(location: location, endpoint: endpoint, prefix: prefix)
        }
        result.append(HTTPField(name: .contentSecurityPolicy, value: "sandbox"))
        result.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
        return result
    }

    /// Fields of a service's answer on the page's own origin, which is the service's as far as the browser knows.
    static func forPageOrigin(_ fields: HTTPFields, endpoint: ServiceEndpoint, ours: Set<String>) -> HTTPFields {
        var result = withoutHops(fields) { $0 == "set-cookie" || $0 == "strict-transport-security" }
        for cookie in fields[values: .setCookie] {
            guard let kept = Cookies.withoutDomain(cookie), !ours.contains(kept.name) else { continue }
            result.append(HTTPField(name: .setCookie, value: kept.text))
        }
        if let location = fields[.location] {
            result[.location] = rewritten(location: location, endpoint: endpoint, prefix: "")
        }
        return result
    }

    private static func withoutHops(_ fields: HTTPFields, dropping: (String) -> Bool) -> HTTPFields {
        let named = connectionTokens(fields)
        var result = HTTPFields()
        result.reserveCapacity(fields.count + 2)
        for field in fields {
            let name = field.name.canonicalName
            if hopByHop.contains(name) || named.contains(name) || dropping(name) { continue }
            result.append(field)
        }
        return result
    }

    /// A redirect to the service itself becomes one that stays in the tunnel; any other is left as it is.
    static func rewritten(location: String, endpoint: ServiceEndpoint, prefix: String) -> String {
        let roots = [
            "\(endpoint.scheme.rawValue)://\(endpoint.authority)",
            "\(endpoint.scheme.rawValue)://\(endpoint.addressWithPath)",
        ]
        var path = location
        for root in roots where location.lowercased().hasPrefix(root) {
            let rest = location.dropFirst(root.count)
            guard rest.isEmpty || rest.first == "/" || rest.first == "?" else { continue }
            path = rest.first == "/" ? String(rest) : "/" + rest
            if root.hasSuffix(endpoint.basePath), !endpoint.basePath.isEmpty { path = endpoint.basePath + path }
            break
        }
        guard path.hasPrefix("/"), !path.hasPrefix("//") else { return location }
        if !endpoint.basePath.isEmpty, path == endpoint.basePath || path.hasPrefix(endpoint.basePath + "/") {
            path.removeFirst(endpoint.basePath.count)
        }
        return prefix + (path.hasPrefix("/") ? path : "/" + path)
    }
}

// Constants whose text is a valid field name.
extension HTTPField.Name {
    static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        return field
    }

    static let serviceWorker = known("Service-Worker")
    static let secFetchSite = known("Sec-Fetch-Site")
    static let xForwardedFor = known("X-Forwarded-For")
    static let xForwardedHost = known("X-Forwarded-Host")
    static let xForwardedProto = known("X-Forwarded-Proto")
    static let xForwardedPrefix = known("X-Forwarded-Prefix")
    static let xRequestID = known("X-Request-Id")
    static let referrerPolicy = known("Referrer-Policy")
    static let xFrameOptions = known("X-Frame-Options")
    static let allowMethods = known("Allow")
}
