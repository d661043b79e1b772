public import MailCore

/// Whom a received message is for.
public struct LocalRecipient: Hashable, Sendable {
    public var account: AccountID
    /// The account's own address; kept as the owner's name.
    public var address: MailAddress
    /// Made when it is missing; a name other than INBOX that does not exist falls back to INBOX.
    public var mailbox: String

    public init(account: AccountID, address: MailAddress, mailbox: String = "INBOX") {
        self.account = account
        self.address = address
        self.mailbox = mailbox
    }
}

/// Where an appended message is. RFC 4315 §3 APPENDUID
public struct AppendResult: Hashable, Sendable {
    public var uidValidity: UInt32
    public var uid: UID
}

/// Where copied or moved messages are, in the order of the source's UIDs. RFC 4315 §3 COPYUID
public struct CopyResult: Hashable, Sendable {
    public struct Pair: Hashable, Sendable {
        public var source: UID
        public var destination: UID
    }
    public var uidValidity: UInt32
    public var pairs: [Pair]
}

/// What happened in a mailbox since a modification sequence.
public struct MailboxChanges: Sendable {
    /// Expunged, ascending; may name UIDs that the asker never knew.
    public var vanished: [UID]
    /// New or changed, ascending by UID.
    public var changed: [FlagResult]
    public var info: MailboxInfo
}

/// One message as the index knows it: what reading its bytes needs.
public struct StoredMessage: Hashable, Sendable {
    public let id: MessageID
    /// Octets of the message as received.
    public let size: Int
    let pack: Int64
    let offset: Int64
    let checksum: UInt32
}

/// A message in a mailbox, valid inside the call that hands it out.
public struct MailboxEntry {
    public let uid: UID
    public let flags: Flags
    public let modSeq: ModSeq
    /// Unix seconds. RFC 9051 §2.3.3
    public let internalDate: Int64
    public let message: StoredMessage
    /// An encoded `MessageSummary`; empty unless it was asked for.
    public let summary: UnsafeRawBufferPointer
}
