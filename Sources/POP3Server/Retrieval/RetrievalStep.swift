import MailStore
import NIOCore
import POP3Wire

/// One step of retrieving on a reader thread: whole answers for messages that follow each other, as many as make a bounded buffer.
struct RetrievalStep: Sendable {
    /// Octets of answers after which a step ends; of a message that is read at a time when it is larger than this.
    static let piece = 128 << 10

    let mailbox: MailboxID
    /// Ascending, not empty.
    let uids: ArraySlice<UID>

    struct Message: Sendable {
        var uid: UID
        var isSeen: Bool
        /// Octets of its answer.
        var length: Int
        /// Why there is no answer, if there is none.
        var obstacle: Obstacle?
    }

    enum Obstacle: Sendable {
        /// It is too large for one step.
        case size
        case failure(any Error)
    }

    struct Outcome: Sendable {
        var messages: [Message] = []
        /// The answers, one behind the other.
        var output = ByteBuffer()
    }

    func run(in snapshot: StoreSnapshot) throws -> Outcome {
        var outcome = Outcome()
        guard let first = uids.first, let last = uids.last else { return outcome }
        try snapshot.forEachEntry(in: mailbox, uids: first...last, summary: false) { entry in
            var message = Message(uid: entry.uid, isSeen: entry.flags.contains(.seen), length: 0)
            let begin = outcome.output.writerIndex
            if entry.message.size > Self.piece {
                message.obstacle = .size
            } else {
                do {
                    try snapshot.withBytes(of: entry.message, 0..<entry.message.size) { outcome.output.writeRetrieval($0) }
                } catch {
                    // A message that cannot be read spoils nobody else's answer.
                    outcome.output.moveWriterIndex(to: begin)
                    message.obstacle = .failure(error)
                }
            }
            message.length = outcome.output.writerIndex - begin
            outcome.messages.append(message)
            return outcome.output.readableBytes < Self.piece
        }
        return outcome
    }
}

extension ByteBuffer {
    /// RETR's answer for a message that is at hand. RFC 1939 §5
    fileprivate mutating func writeRetrieval(_ octets: UnsafeRawBufferPointer) {
        // Room for a dot here and there.
        reserveCapacity(minimumWritableBytes: octets.count + octets.count / 64 + 64)
        writeString(Retr.status(octets.count))
        var stuffer = DotStuffer()
        stuffer.encode(octets) { _ = writeBytes($0) }
        stuffer.finish { _ = writeBytes($0) }
    }
}
