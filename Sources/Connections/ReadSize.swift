internal import NIOCore

/// How large a buffer the next read of a connection gets.
///
/// Small while a command is awaited, so that a thousand idle connections cost little; large as soon as content comes. NIO keeps
/// only the first, small buffer of a connection: an allocator that gives no size hint and always "may grow" is never pooled.
///
/// `@unchecked Sendable`: used on the connection's loop only, by the channel and by the connection.
final class ReadSize: RecvByteBufferAllocator, @unchecked Sendable {
    /// A pipelined envelope or an IMAP command fits.
    static let command = 1024
    /// Most messages come in one read.
    static let content = 16384
    /// What a socket's receive buffer usually holds at once.
    static let largest = 65536

    private var next = ReadSize.command
    private var isContent = false

    /// What the session waits for: a command, or a message's octets.
    func expect(content: Bool) {
        guard content != isContent else { return }
        isContent = content
        next = content ? Self.content : Self.command
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: next) }

    /// A read that filled its buffer is followed by a larger one; two in a row that did not fill a quarter, by the smallest.
    func record(actualReadBytes: Int) -> Bool {
        if actualReadBytes >= next {
            next = next < Self.content ? Self.content : Self.largest
        } else if actualReadBytes < next / 4 {
            next = isContent ? Self.content : Self.command
        }
        return true
    }

    func nextBufferSize() -> Int? { nil }
}
