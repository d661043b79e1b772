public import MailCore

/// What UIDL says of a message: 1 to 70 characters from 0x21 to 0x7E, the same in every session. RFC 1939 §7
///
/// It is the message's own name in the store, as the journal shows it. That name survives restarts, a rebuilt index and a way out
/// of INBOX and back, where UIDVALIDITY and UID would make every client fetch everything again. Two copies of one message in INBOX
/// share it, which §7 lets a server do: whoever leaves mail on the server wants such a message once.
public enum UniqueID: Hashable, Sendable, CustomStringConvertible {
    case message(MessageID)
    /// Somebody else has taken the message away before its name was read: the number keeps a place of its own. A message's name
    /// has no hyphen.
    case gone(UInt32)

    public var description: String {
        switch self {
        case .message(let id): id.description
        case .gone(let uid): "gone-\(uid)"
        }
    }
}
