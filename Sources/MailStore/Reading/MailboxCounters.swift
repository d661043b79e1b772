public import MailCore

/// What a mailbox adds up to, as one transaction left it: what costs the same for a mailbox of any size. Counting what is
/// `\Recent`, as ``MailboxInfo`` does, costs what nobody was told of yet.
public struct MailboxCounters: Sendable {
    public var id: MailboxID
    public var messages: Int
    public var bytes: Int
    public var uidNext: UID
    public var highestModSeq: ModSeq
    /// Messages of it are to go, and some have not yet (``MailStore/finishRemovals(from:)``).
    public var hasRemovals: Bool
}

extension StoreSnapshot {
    /// `nil` when there is no such mailbox.
    public func counters(of name: String, of account: AccountID) throws(StoreError) -> MailboxCounters? {
        let select = try connection.statement(
            """
            SELECT m.id, m.messages, m.bytes, m.uid_next, m.mod_seq, \
            EXISTS(SELECT 1 FROM removal r WHERE r.mailbox = m.id) FROM mailbox m JOIN owner o ON o.id = m.owner \
            WHERE o.account = ?1 AND m.name = ?2
            """)
        select.bind(1, account.octets)
        select.bind(2, name)
        return try select.first { row in
            MailboxCounters(
                id: MailboxID(row.int64(0)), messages: row.int(1), bytes: row.int(2), uidNext: row.uid(3), highestModSeq: row.int64(4),
                hasRemovals: row.int(5) != 0)
        }
    }

    /// UIDs below `limit` that were expunged since `modSeq`, ascending; costs what was expunged.
    public func expunged(in mailbox: MailboxID, since modSeq: ModSeq, below limit: UID) throws(StoreError) -> [UID] {
        let select = try connection.statement("SELECT uid FROM expunged WHERE mailbox = ?1 AND mod_seq > ?2 AND uid < ?3 ORDER BY uid")
        select.bind(1, mailbox)
        select.bind(2, modSeq)
        select.bind(3, limit)
        return try select.all { $0.uid(0) }
    }
}
