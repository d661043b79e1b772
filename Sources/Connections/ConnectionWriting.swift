public import NIOCore

/// Gathered output: nothing leaves before a wait begins, so that the answers to a pipelined group go in one packet.
extension Connection {
    public func write(_ text: StaticString) {
        loop.assertHere()
        output.writeStaticString(text)
    }

    public func write(_ text: String) {
        loop.assertHere()
        output.writeString(text)
    }

    public func write(_ bytes: some Collection<UInt8>) {
        loop.assertHere()
        output.writeBytes(bytes)
    }

    /// Large buffers go to the channel as they are, without copying.
    public func write(_ buffer: ByteBuffer) {
        loop.assertHere()
        guard buffer.readableBytes > 4096, let context else {
            output.writeImmutableBuffer(buffer)
            return
        }
        if output.readableBytes > 0 {
            unflushed += output.readableBytes
            context.write(NIOAny(output), promise: nil)
            giveOutputBack()
        }
        unflushed += buffer.readableBytes
        context.write(NIOAny(buffer), promise: nil)
    }

    public func withOutput<R>(_ body: (inout ByteBuffer) -> R) -> R {
        loop.assertHere()
        return body(&output)
    }

    /// Sends what was written. Happens by itself whenever a wait for input begins and when the session ends.
    public func flush() {
        loop.assertHere()
        guard let context else {
            output = ByteBuffer()
            unflushed = 0
            return
        }
        if output.readableBytes > 0 {
            context.writeAndFlush(NIOAny(output), promise: nil)
            giveOutputBack()
        } else if unflushed > 0 {
            context.flush()
        }
        unflushed = 0
    }

    /// Waits until the peer has taken most of what was written; returns at once when there is little of it. To be called between
    /// the pieces of a long answer.
    public func relieve(within: Duration) async throws(ConnectionError) {
        loop.assertHere()
        guard output.readableBytes + unflushed > Self.outputMark else { return }
        flush()
        try await room(since: loop.now, within: within)
    }

    /// The output's storage is ours again when the socket took all of it at once; otherwise the next output begins a new one.
    func giveOutputBack() {
        guard output.storageCapacity <= 1024 else {
            output = ByteBuffer()
            return
        }
        if output.modifyIfUniquelyOwned({ $0.clear() }) == nil { output = ByteBuffer() }
    }
}
