import ControlPlane
import Fleet
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// What belongs to the platform itself.
enum PlatformRoutes {
    static func routes(_ plane: ControlPlane) -> [Route] {
        [
            .open(.get, "/openapi.yaml", "getOpenAPI") { _ in
                Response(
                    status: .ok, headers: [.contentType: "application/yaml"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: try OpenAPIDocument.text())))
            },
            .signedIn(.get, "/keys/edge.pub", "getEdgePublicKey") { _, _ in
                let fields: HTTPFields = [
                    .contentType: "application/x-pem-file",
                    .contentDisposition: "attachment; filename=\"\(EdgeKeys.fileName)\"",
                ]
                return Response(
                    status: .ok, headers: fields,
                    body: ResponseBody(byteBuffer: ByteBuffer(string: plane.edgeKeys.publicKeyPEM)))
            },
        ]
    }
}

/// The API's description, as it is served.
package enum OpenAPIDocument {
    package static func text() throws -> String {
        guard let file = Bundle.module.url(forResource: "openapi", withExtension: "yaml") else {
            throw EdgewrightError(.internal, "openapi.yaml is missing beside the program.")
        }
        return try String(contentsOf: file, encoding: .utf8)
    }
}
