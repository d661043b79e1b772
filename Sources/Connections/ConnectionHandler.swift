internal import NIOCore

/// Tells a connection what its channel does. The last handler of the pipeline: the one that encrypts stands in front of it.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: Connection
    init(_ connection: Connection) { self.connection = connection }

    func channelActive(context: ChannelHandlerContext) { connection.open(context: context) }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { connection.receive(unwrapInboundIn(data)) }
    func channelReadComplete(context: ChannelHandlerContext) { connection.inputArrived() }
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { connection.socketTakesMore() }
    }
    func channelInactive(context: ChannelHandlerContext) { connection.channelClosed() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    func handlerRemoved(context: ChannelHandlerContext) { connection.abandon(context.channel) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { connection.peerFinished() }
        if let event = event as? TLSEvent { connection.encryptionChanged(event) }
    }
}

/// Says one line to a peer that is one too many, and closes: no session, no task.
final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let words: String
    init(_ words: String) { self.words = words }

    func channelActive(context: ChannelHandlerContext) {
        let delivered = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: words)), promise: delivered)
        let bound = context.loopBound
        delivered.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
