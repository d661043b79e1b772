import MailCore
import MailStore
import MessageFormat
import NIOCore

/// A message as a session sends it: its envelope, its header as it goes out, and where the rest is read from.
struct OutgoingMail: Sendable {
    let sender: ReversePath
    let recipients: [QueuedRecipient]
    /// An address or the header needs SMTPUTF8. RFC 6531 §3.4
    let needsUTF8: Bool
    /// There are octets beyond ASCII in it. RFC 6152 §2
    var is8Bit: Bool
    let returns: ReturnedContent
    let envelopeID: String
    var head: [UInt8]
    /// What follows the header in the store.
    let rest: Range<Int>
    let read: @Sendable (Range<Int>) async throws -> ByteBuffer
    /// What is done with the rest.
    var steps: [SevenBitPlan.Step]
    /// Octets, before lone line ends and dots are seen to.
    var size: Int

    /// The rest is read in pieces of this size.
    static let piece = 128 << 10

    init(
        sender: ReversePath, recipients: [QueuedRecipient], needsUTF8: Bool, is8Bit: Bool, returns: ReturnedContent, envelopeID: String,
        head: [UInt8], rest: Range<Int>, read: @escaping @Sendable (Range<Int>) async throws -> ByteBuffer
    ) {
        self.sender = sender
        self.recipients = recipients
        self.needsUTF8 = needsUTF8
        self.is8Bit = is8Bit
        self.returns = returns
        self.envelopeID = envelopeID
        self.head = head
        self.rest = rest
        self.read = read
        steps = [.copy(rest)]
        size = head.count + rest.count
    }
}

/// What a server said to one recipient of a message, or of all.
enum RecipientResult: Hashable, Sendable {
    case delivered(TryOutcome, tellsSuccess: Bool)
    case failed(TryOutcome)
    case deferred(TryOutcome)

    /// The same, with how the session was encrypted.
    func with(_ security: SessionSecurity?) -> RecipientResult {
        func secured(_ outcome: TryOutcome) -> TryOutcome {
            var outcome = outcome
            outcome.security = security
            return outcome
        }
        return switch self {
        case .delivered(let outcome, let tellsSuccess): .delivered(secured(outcome), tellsSuccess: tellsSuccess)
        case .failed(let outcome): .failed(secured(outcome))
        case .deferred(let outcome): .deferred(secured(outcome))
        }
    }
}
