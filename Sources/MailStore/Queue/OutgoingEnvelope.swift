public import MailCore

/// A message's way out: from whom, to whom, and what the sender wants to hear of it.
public struct OutgoingEnvelope: Hashable, Sendable {
    public var sender: ReversePath
    /// Never empty when it is queued.
    public var recipients: [OutgoingRecipient]
    /// The message came with SMTPUTF8. RFC 6531 §3.4
    public var isUTF8: Bool
    /// The message came with BODY=8BITMIME. RFC 6152 §2
    public var is8Bit: Bool
    /// How much of the message a report returns. RFC 3461 §4.3
    public var returns: ReturnedContent
    /// ENVID as the client wrote it, xtext and all; empty when there is none. RFC 3461 §4.4
    public var envelopeID: String
    /// Whoever proved to be it sent the message.
    public var submitter: AccountID?

    public init(
        sender: ReversePath, recipients: [OutgoingRecipient], isUTF8: Bool = false, is8Bit: Bool = false,
        returns: ReturnedContent = .unsaid, envelopeID: String = "", submitter: AccountID? = nil
    ) {
        self.sender = sender
        self.recipients = recipients
        self.isUTF8 = isUTF8
        self.is8Bit = is8Bit
        self.returns = returns
        self.envelopeID = envelopeID
        self.submitter = submitter
    }
}

/// One recipient that is elsewhere.
public struct OutgoingRecipient: Hashable, Sendable {
    public var address: MailAddress
    public var notify: NotifySet
    /// ORCPT as the client wrote it, `rfc822;` and all; empty when there is none. RFC 3461 §4.2
    public var original: String

    public init(_ address: MailAddress, notify: NotifySet = [], original: String = "") {
        self.address = address
        self.notify = notify
        self.original = original
    }
}

/// What recipients of the queue wait together for: their domain, or a host to which an operator has sent them.
public struct Destination: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// `example.org`, or `>relay.example:2525` for a host.
    public let key: String

    public init(_ domain: Domain) { key = domain.name }

    /// A host's name or address in brackets, whatever the recipient's domain is.
    public init(host: String, port: Int) { key = ">\(host):\(port)" }

    init(key: String) { self.key = key }

    /// The host and port, when it is one.
    public var host: (name: String, port: Int)? {
        guard key.utf8.first == UInt8(ascii: ">"), let (name, digits) = key.dropFirst().halves(atLast: ":"), let port = Int(digits)
        else {
            return nil
        }
        return (String(name), port)
    }

    /// The domain, when it is one.
    public var domain: Domain? { host == nil ? Domain(key) : nil }

    public var description: String { host.map { "\($0.name):\($0.port)" } ?? key }
    public static func < (a: Destination, b: Destination) -> Bool { a.key < b.key }
}
