import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension SimulatorHandler {
    func send(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ answer: SimulatedResponse) {
        var headers: HTTPHeaders = [
            "Content-Type": answer.contentType, "Content-Length": String(answer.body.count),
        ]
        if let location = answer.location { headers.add(name: "Location", value: location) }
        if !head.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let response = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD, !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(data: answer.body)))), promise: nil)
        }
        end(context, head)
    }

    private func end(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
        let sent = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        guard !head.isKeepAlive else { return }
        let channel = context.channel
        sent.whenComplete { _ in channel.close(promise: nil) }
    }

    // MARK: Many bytes

    func sendBytes(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, count: Int) {
        var headers: HTTPHeaders = ["Content-Type": "application/octet-stream"]
        if count < .max { headers.add(name: "Content-Length", value: String(max(0, count))) }
        sendHead(context, headers)
        remaining = head.method == .HEAD ? 0 : max(0, count)
        sendMore(context, head)
    }

    /// As much as the client takes, but only some slices at a time, so that other connections have their turn.
    func sendMore(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
        for _ in 0..<16 {
            guard let left = remaining, context.channel.isWritable, context.channel.isActive else { return }
            guard left > 0 else {
                remaining = nil
                return end(context, head)
            }
            let part = Self.slice.getSlice(at: 0, length: min(left, Self.slice.readableBytes)) ?? ByteBuffer()
            remaining = left - part.readableBytes
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            handler.sendMore(context, head)
        }
    }

    private func sendHead(_ context: ChannelHandlerContext, _ headers: HTTPHeaders) {
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))), promise: nil)
    }

    // MARK: The streaming log

    /// One line a time, until the client goes or the service does.
    ///
    /// The reference does not say what its `type` and `priority` choose, so they choose nothing.
    func startLog(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, of instance: SimulatedInstance) {
        sendHead(context, ["Content-Type": "text/event-stream", "Cache-Control": "no-cache"])
        guard head.method != .HEAD else { return end(context, head) }
        let address = context.remoteAddress.flatMap { address in
            address.ipAddress.flatMap { ip in address.port.map { "\(ip):\($0)" } }
        }
        let stream = SimulatorLogStream(instance: instance, client: address ?? "unknown")
        self.stream = stream
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        stream.task = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: logInterval) { _ in
            let (handler, context) = bound.value
            handler.sendLine(context)
        }
    }

    private func sendLine(_ context: ChannelHandlerContext) {
        guard let stream, context.channel.isActive else { return }
        guard stream.isServiceUp else { return context.close(promise: nil) }
        // Who does not read misses lines.
        guard context.channel.isWritable else { return }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: stream.next())))), promise: nil)
    }

    func stopLog() {
        stream?.stop()
        stream = nil
    }
}
