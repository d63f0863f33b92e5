import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// HTTP/1.1's parts as the types that it shares with HTTP/2.
///
/// In place of NIOHTTPTypesHTTP1's codec, which takes each request's target apart as a URL: `RequestTarget` has seen to it
/// by now.
final class HTTP1TypesCodec: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let scheme: String

    init(isSecure: Bool) { scheme = isSecure ? "https" : "http" }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            do {
                context.fireChannelRead(wrapInboundOut(.head(try request(head))))
            } catch {
                context.fireErrorCaught(error)
            }
        case .body(let bytes): context.fireChannelRead(wrapInboundOut(.body(bytes)))
        case .end(let trailers):
            context.fireChannelRead(wrapInboundOut(.end(trailers.map { HTTPFields($0, splitCookie: false) })))
        }
    }

    /// - Throws: `HTTP1TypeConversionError` for a method that is none.
    private func request(_ head: HTTPRequestHead) throws -> HTTPRequest {
        var authority: String?
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        for (name, value) in head.headers {
            // One whose name is no token can't be passed on (RFC 9110, section 5.1).
            guard let name = HTTPField.Name(name) else { continue }
            if authority == nil, name.canonicalName == "host" {
                authority = value
            } else {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        return HTTPRequest(
            method: try HTTPRequest.Method(head.method), scheme: scheme, authority: authority, path: head.uri,
            headerFields: fields)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(HTTPResponseHead(head))
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers.map { HTTPHeaders($0) })
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
