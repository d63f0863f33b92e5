import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// What machines ask that run the platform: outside the API, without signing in, telling nothing of any tenant.
enum PlatformEndpoints {
    private static let paths: Set<String> = ["/healthz", "/readyz", "/metrics"]

    static func respond(
        _ path: String, _ method: HTTPRequest.Method, _ plane: ControlPlane, _ metrics: PrometheusMetrics
    ) async throws -> Response? {
        guard paths.contains(path) else { return nil }
        guard method == .get || method == .head else {
            throw PlatformResponder.noRoute(path, method, allowed: [.get])
        }
        switch path {
        case "/healthz":
            return try .json(["status": "ok"])
        case "/readyz":
            try await plane.checkReadiness()
            return try .json(["status": "ready"])
        case "/metrics":
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.render() + ProcessMetrics.render())))
        default:
            return nil
        }
    }
}
