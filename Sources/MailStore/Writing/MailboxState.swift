import MailCore

/// A mailbox's row as the writer knows it; the writer's thread only. Verbs change it and the transaction saves it.
final class MailboxState {
    let id: MailboxID
    let owner: Int64
    let account: AccountID
    var name: String
    let uidValidity: UInt32
    var uidNext: UID
    var modSeq: ModSeq
    var messages: Int
    var unseen: Int
    var bytes: Int
    /// Messages below it have been claimed as `\Recent` by some session.
    var recentFrom: UID
    var keywords: [String]
    var isChanged = false

    init(
        id: MailboxID, owner: Int64, account: AccountID, name: String, uidValidity: UInt32, uidNext: UID, modSeq: ModSeq, messages: Int,
        unseen: Int, bytes: Int, recentFrom: UID, keywords: [String]
    ) {
        self.id = id
        self.owner = owner
        self.account = account
        self.name = name
        self.uidValidity = uidValidity
        self.uidNext = uidNext
        self.modSeq = modSeq
        self.messages = messages
        self.unseen = unseen
        self.bytes = bytes
        self.recentFrom = recentFrom
        self.keywords = keywords
    }

    /// Takes the next modification sequence: one for all that a verb touches. RFC 7162 §3.1
    func nextModSeq() -> ModSeq {
        isChanged = true
        modSeq += 1
        return modSeq
    }

    /// The next so many UIDs and modification sequences are never given.
    func skip(_ count: Int) {
        isChanged = true
        uidNext = UID(clamping: Int64(uidNext) + Int64(count))
        modSeq += ModSeq(count)
    }

    func takeUID() throws(StoreError) -> UID {
        guard uidNext < .max else { throw .unavailable("mailbox \(name) has used up its UIDs") }
        defer { uidNext += 1 }
        isChanged = true
        return uidNext
    }

    func count(added flags: Flags, bytes size: Int) {
        isChanged = true
        messages += 1
        bytes += size
        if !flags.contains(.seen) { unseen += 1 }
    }

    func count(removed flags: Flags, bytes size: Int) {
        isChanged = true
        messages -= 1
        bytes -= size
        if !flags.contains(.seen) { unseen -= 1 }
    }

    /// The flags that names stand for here; names that are new get a bit when `creating`, else they are left out.
    func flags(of names: [String], creating: Bool) throws(StoreError) -> Flags {
        var flags: Flags = []
        for name in names {
            if let index = keywords.firstIndex(where: { $0.utf8.equalsIgnoringCase(name.utf8) }) {
                flags.insert(.keyword(index))
            } else if creating {
                guard keywords.count < Flags.maxKeywords else { throw .tooManyKeywords }
                flags.insert(.keyword(keywords.count))
                keywords.append(name)
                isChanged = true
            }
        }
        return flags
    }
}
