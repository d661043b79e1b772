import Connections
import MailStore
import NIOCore
import POP3Wire

/// A message on its way to a client in pieces, so that it is never held whole: all of it, or what TOP shows.
struct MessageStream: Sendable {
    private let message: StoredMessage
    private let piece: Int
    private var extent: TopExtent?
    private var stuffer = DotStuffer()
    private var offset = 0
    private(set) var isAtEnd = false

    var size: Int { message.size }

    init(_ message: StoredMessage, showing extent: TopExtent?, piece: Int) {
        self.message = message
        self.piece = piece
        self.extent = extent
    }

    /// The next lines of the answer; with the last of them, its end.
    mutating func next(in snapshot: StoreSnapshot) throws -> ByteBuffer {
        var output = ByteBuffer()
        let range = offset..<min(offset + piece, message.size)
        try snapshot.withBytes(of: message, range) { octets in
            var shown = octets.count
            if var extent {
                shown = extent.take(octets)
                self.extent = extent
            }
            output.reserveCapacity(shown + shown / 64 + 64)
            stuffer.encode(UnsafeRawBufferPointer(rebasing: octets[..<shown])) { _ = output.writeBytes($0) }
        }
        offset = range.upperBound
        if offset >= message.size || extent?.isComplete == true {
            stuffer.finish { _ = output.writeBytes($0) }
            isAtEnd = true
        }
        return output
    }
}

extension POP3Session {
    /// Sends a message piece by piece, at the speed at which the peer takes it. Answers false when it is gone.
    ///
    /// Its beginning is read before anything is said. What goes wrong later cannot be told any more: the connection is cut, so that
    /// the peer does not take half of a message for a whole one.
    mutating func stream(
        _ uid: UID, showing extent: TopExtent?, piece: Int, status: (MessageStream) -> String
    ) async throws(POP3Refusal) -> Bool {
        let mailbox = opened.id
        let begun = try await read { snapshot -> (MessageStream, ByteBuffer)? in
            var found: (MessageStream, ByteBuffer)?
            try snapshot.forEachEntry(in: mailbox, uids: uid...uid, summary: false) { entry in
                var stream = MessageStream(entry.message, showing: extent, piece: piece)
                let output = try stream.next(in: snapshot)
                found = (stream, output)
                return false
            }
            return found
        }
        guard var (stream, output) = begun else { return false }
        connection.write(status(stream))
        isInsideAnswer = true
        connection.write(output)
        try await relieve()
        while !stream.isAtEnd {
            let before = stream
            do throws(POP3Refusal) {
                (stream, output) = try await read { snapshot in
                    var stream = before
                    let output = try stream.next(in: snapshot)
                    return (stream, output)
                }
            } catch {
                throw .silence
            }
            connection.write(output)
            try await relieve()
        }
        isInsideAnswer = false
        return true
    }
}
