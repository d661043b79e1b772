import MailCore

/// Makes a mailbox. RFC 9051 §6.3.4
struct CreateMailbox: StoreVerb {
    let name: String
    let account: AccountID
    let specialUse: SpecialUse?

    var needsSpace: Bool { true }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> MailboxID {
        guard MailboxName.isAllowed(name) else { throw .nameNotAllowed }
        guard try transaction.mailboxID(name, of: account) == nil else { throw .mailboxExists }
        let select = try transaction.statement("SELECT id FROM owner WHERE account = ?1")
        select.bind(1, account.octets)
        guard let owner = try select.first({ $0.int64(0) }) else { throw .noSuchMailbox }
        return try Self.insert(name, owner: owner, specialUse: specialUse, in: transaction)
    }

    static func insert(_ name: String, owner: Int64, specialUse: SpecialUse?, in transaction: WriteTransaction) throws(StoreError)
        -> MailboxID
    {
        let validity = try transaction.newUIDValidity()
        let insert = try transaction.statement(
            "INSERT INTO mailbox(owner, name, uid_validity, special_use) VALUES(?1, ?2, ?3, ?4) RETURNING id")
        insert.bind(1, owner)
        insert.bind(2, name)
        insert.bind(3, Int64(validity))
        insert.bind(4, specialUse?.rawValue)
        guard let id = try insert.first({ MailboxID($0.int64(0)) }) else { throw .unavailable("the index did not make a mailbox") }
        return id
    }
}

/// What every mailbox's name must be like, whoever asks for it.
enum MailboxName {
    /// No empty level, no control character, at most 1,000 octets.
    static func isAllowed(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 1000, name.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else { return false }
        return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }
}
