import MailCore
import MailStore
import MessageFormat
import NIOCore
import SMTPWire

/// A message that is coming in, behind DATA or in chunks: decoded, measured, handed to the store piece by piece.
///
/// As soon as it is certain that it will be refused its octets are only counted and dropped, up to its end, because the peer does
/// not listen before. No buffer grows with a number that the peer named.
struct Reception {
    let transaction: Transaction
    let id: MessageID
    /// Octets of the message, without our trace.
    private(set) var size = 0
    /// What the message is refused for, as far as it is known.
    private(set) var refusal: Reply?
    /// The store's trouble behind the refusal, if that was it.
    private(set) var trouble: StoreError?
    /// Where it is, once it is.
    private(set) var stored: StoredMessage?

    private var message: IncomingMessage?
    private var decoder: MessageDecoder
    private var header = HeaderMeter()
    /// What a mail program left out is added on the way.
    private var completion: SubmittedHeader?
    /// Decoded and not yet with the store; our trace comes first.
    private var pending: ByteBuffer
    /// Octets that came over the wire.
    private var received = 0
    private let limits: SMTPLimits

    /// Octets. When more are pending the store gets them before the next ones are waited for.
    private static let piece = 64 << 10

    init(
        _ transaction: Transaction, _ framing: MessageDecoder.Framing, as message: IncomingMessage, trace: [UInt8],
        completion: SubmittedHeader?, limits: SMTPLimits
    ) {
        self.transaction = transaction
        self.message = message
        self.limits = limits
        self.completion = completion
        id = message.id
        decoder = MessageDecoder(framing, bareNewlines: limits.refusesBareNewlines ? .kept : .madeCRLF)
        pending = ByteBuffer(bytes: trace)
    }

    /// The end dot was met.
    var isComplete: Bool { decoder.isComplete }

    /// Takes octets off the wire, up to the end dot, and returns how many.
    mutating func take(_ input: UnsafeRawBufferPointer) -> Int {
        var decoder = decoder
        let used = decoder.decode(input) { keep($0) }
        self.decoder = decoder
        received += used
        judgeNewlines()
        return used
    }

    /// The peer says that so many octets follow.
    mutating func expect(_ octets: Int) {
        if octets > limits.size - size { refuse(.tooLarge) }
    }

    /// Gives the store what is pending when it is much. Throws when the peer goes on far beyond what any message may have.
    mutating func handOn() async throws(Reply) {
        if pending.readableBytes > Self.piece { await handOnAll() }
        if received > limits.drain { throw .farTooLarge }
    }

    /// All octets have come: puts the message into the mailboxes and the queue, durably.
    mutating func conclude(
        in store: MailStore, for mailboxes: [LocalRecipient], queue: OutgoingEnvelope?, origin: MessageOrigin
    ) async throws(Reply) {
        var decoder = decoder
        decoder.finish { keep($0) }
        self.decoder = decoder
        judgeNewlines()
        if refusal == nil, var completion = completion.take() { completion.finish { pending.writeBytes($0) } }
        await handOnAll()
        if let message {
            do throws(StoreError) {
                stored = try await store.deliver(message, to: mailboxes, queue: queue, origin: origin)
            } catch {
                refuse(because: error)
            }
        }
        if let refusal { throw refusal }
    }

    private mutating func handOnAll() async {
        guard let message else { return }
        let piece = pending
        pending = ByteBuffer()
        do throws(StoreError) {
            try await message.append(piece)
        } catch {
            return refuse(because: error)
        }
        if message.headerTooLarge { return refuse(.headerTooLarge) }
        // Ours is counted with them. RFC 5321 §6.3
        if message.receivedCount > limits.received { refuse(.goesInCircles) }
    }

    private mutating func keep(_ octets: UnsafeRawBufferPointer) {
        guard refusal == nil else { return }
        size += octets.count
        header.feed(octets)
        if header.size > limits.header { return refuse(.headerTooLarge) }
        if size > limits.size { return refuse(.tooLarge) }
        guard var completion = completion.take() else {
            pending.writeBytes(octets)
            return
        }
        completion.feed(octets) { pending.writeBytes($0) }
        self.completion = completion
    }

    private mutating func judgeNewlines() {
        if decoder.hasBareNewline, limits.refusesBareNewlines { refuse(.bareNewline) }
    }

    private mutating func refuse(because error: StoreError) {
        if refusal == nil { trouble = error }
        refuse(Reply(error))
    }

    /// The first reason counts. What was kept is given back at once.
    private mutating func refuse(_ reply: Reply) {
        guard refusal == nil else { return }
        refusal = reply
        message = nil
        pending = ByteBuffer()
    }
}
