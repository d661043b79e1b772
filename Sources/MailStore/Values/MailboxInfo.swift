public import MailCore

/// The unique identifier of a message in a mailbox, ascending, never used twice under one UIDVALIDITY. RFC 9051 §2.3.1.1
public typealias UID = UInt32

/// A modification sequence of a mailbox: every change of it takes the next one. RFC 7162 §3.1
public typealias ModSeq = Int64

/// A mailbox's name inside the store. It stays when the mailbox is renamed and is never given again.
public struct MailboxID: Hashable, Sendable {
    public let number: Int64
    public init(_ number: Int64) { self.number = number }
}

/// What a mailbox is for. RFC 6154 §2
public enum SpecialUse: String, Sendable, CaseIterable {
    case all, archive, drafts, flagged, junk, sent, trash

    /// What a standard folder of this name is for; `nil` for names that tell nothing. `All` and `Flagged` would be views, which no
    /// folder is.
    public init?(folder name: String) {
        guard let use = Self(rawValue: name.asciiLowercased), use != .all, use != .flagged else { return nil }
        self = use
    }
}

/// A mailbox and its counters, as one transaction left them.
public struct MailboxInfo: Sendable {
    public var id: MailboxID
    public var account: AccountID
    /// UTF-8; `/` separates levels; `INBOX` in capitals.
    public var name: String
    public var uidValidity: UInt32
    public var uidNext: UID
    public var highestModSeq: ModSeq
    public var messages: Int
    public var unseen: Int
    public var bytes: Int
    /// Messages that no session has been told of as `\Recent` yet. RFC 3501 §2.3.2
    public var recent: Int
    public var specialUse: SpecialUse?
    /// Keyword `k` is bit `8 + k` of ``Flags``.
    public var keywords: [String]
}
