import HTTPTypes
import Hummingbird
import NIOCore

/// Serves the web console: its files by name, and its one page for every other path, so that each place in the console
/// has an address of its own. Whatever belongs to the API is left to the API.
struct ConsoleResponder: Sendable {
    let bundle: ConsoleBundle

    /// Only what was built with the page runs; nothing frames it, and it talks to nobody but the platform.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    /// - Returns: `nil` for what is not the console's to answer.
    func respond(to request: Request) -> Response? {
        let path = request.uri.path
        guard request.method == .get || request.method == .head, !Self.isAPI(path) else { return nil }
        let response: Response
        if path.hasPrefix(ConsoleBundle.assetsPath) {
            guard let asset = bundle.assets[path] else { return nil }
            response = Self.file(asset, request, caching: "public, max-age=31536000, immutable")
        } else if let page = bundle.page {
            // Always asked for anew: it names the files of the build that is served now.
            response = Self.file(page, request, caching: "no-cache")
        } else {
            response = Self.notBuilt
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Also what only begins like a place of the API, such as `/api`: a program that asks for it is told 404, not
    /// given a page.
    private static func isAPI(_ path: String) -> Bool {
        path == "/api" || path.hasPrefix("/api/") || ["/healthz", "/readyz", "/metrics"].contains(path)
    }

    private static func file(_ asset: ConsoleBundle.Asset, _ request: Request, caching: String) -> Response {
        var fields: HTTPFields = [
            .contentType: asset.contentType, .cacheControl: caching, .contentSecurityPolicy: policy,
        ]
        var bytes = asset.bytes
        if let gzipped = asset.gzipped {
            fields[.vary] = "Accept-Encoding"
            if acceptsGzip(request.headers) {
                fields[.contentEncoding] = "gzip"
                bytes = gzipped
            }
        }
        return Response(
            status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func acceptsGzip(_ fields: HTTPFields) -> Bool {
        let codings = fields[.acceptEncoding]?.lowercased().split(separator: ",") ?? []
        return codings.contains { coding in
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " } }
            return parts.first == "gzip" && !parts.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" }
        }
    }

    private static var notBuilt: Response {
        let text = """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Edgewright</title>
            <h1>The console is not built</h1>
            <p>The API runs. To have the console too, run <code>make build</code> in Edgewright's source tree and
            start <code>edgewright serve</code> again, or name the folder of a built console with
            <code>--console-directory</code>.</p></html>
            """
        return Response(
            status: .serviceUnavailable,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: policy,
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
