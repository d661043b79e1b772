/// Leaves out numbers in every mailbox of a backup that comes into use. What came after it was made has UIDs and modification sequences
/// that clients remember, and no index that is left knows of them: given again, they would show old mail in place of new.
/// RFC 9051 §2.3.1.1
struct LeaveGap: StoreVerb {
    /// More than happens to a mailbox between a backup and its return.
    static let width = 1 << 20

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        for id in try transaction.statement("SELECT id FROM mailbox").all({ MailboxID($0.int64(0)) }) {
            try transaction.mailbox(id).skip(Self.width)
        }
    }
}
