/// Gives a session the messages that no session was told of yet: they are its `\Recent` ones. RFC 3501 §2.3.2
struct ClaimRecent: StoreVerb {
    let mailbox: MailboxID

    struct Claim: Sendable {
        /// Messages from here on are recent for this session.
        var from: UID
        /// From here on they are nobody's yet.
        var next: UID
    }

    /// A crash may make messages recent again, which harms nobody: no sync is paid for this.
    var isDurable: Bool { false }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Claim {
        let mailbox = try transaction.mailbox(mailbox)
        let claim = Claim(from: mailbox.recentFrom, next: mailbox.uidNext)
        if mailbox.recentFrom != mailbox.uidNext {
            mailbox.recentFrom = mailbox.uidNext
            mailbox.isChanged = true
        }
        return claim
    }
}
