/// Takes these messages away for ever, whatever their flags, all or none; answers how many of them were still there. RFC 1939 §6
///
/// Of more than ``Expunge/limit`` only the decision is written down, and `nil` is answered: they go in steps (``RemovalStep``), behind
/// a crash too, so that no giant holds the writer.
struct RemoveMessages: StoreVerb {
    let uids: UIDSet
    let mailbox: MailboxID

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Int? {
        let mailbox = try transaction.mailbox(mailbox)
        guard uids.count > Expunge.limit else { return try transaction.remove(uids, from: mailbox).count }
        let decide = try transaction.statement("INSERT INTO removal(mailbox, uids) VALUES(?1, ?2)")
        decide.bind(1, mailbox.id)
        decide.bind(2, uids.octets)
        try decide.run()
        return nil
    }
}

/// Takes away the next ``Expunge/limit`` messages of what was decided for the mailbox; answers how many, and `nil` when nothing is left.
struct RemovalStep: StoreVerb {
    let mailbox: MailboxID

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Int? {
        let select = try transaction.statement("SELECT id, uids, done FROM removal WHERE mailbox = ?1 ORDER BY id LIMIT 1")
        select.bind(1, mailbox)
        guard let (id, uids, done) = try select.first({ ($0.int64(0), UIDSet(octets: $0.bytes(1)), $0.uid(2)) }) else { return nil }
        let removed = try transaction.remove(uids.after(done), from: try transaction.mailbox(mailbox))
        let note = try transaction.statement(
            removed.count < Expunge.limit ? "DELETE FROM removal WHERE id = ?1" : "UPDATE removal SET done = ?2 WHERE id = ?1")
        note.bind(1, id)
        if let last = removed.last, removed.count == Expunge.limit { note.bind(2, last) }
        try note.run()
        return removed.count
    }
}

extension WriteTransaction {
    /// Removes the first ``Expunge/limit`` of these messages that are still there; answers which, ascending.
    fileprivate func remove(_ uids: UIDSet, from mailbox: MailboxState) throws(StoreError) -> [UID] {
        var found: [EntryRow] = []
        for range in uids.ranges where found.count < Expunge.limit {
            found += try entries(of: mailbox.id, in: range, limit: Expunge.limit - found.count)
        }
        guard !found.isEmpty else { return [] }
        let modSeq = mailbox.nextModSeq()
        for entry in found { try removeEntry(entry, from: mailbox, modSeq: modSeq) }
        return found.map(\.uid)
    }
}

extension UIDSet {
    /// As the index keeps it: the first and the last UID of each range, 32 bits each, little-endian.
    fileprivate var octets: [UInt8] {
        ranges.flatMap { range in
            [range.lowerBound, range.upperBound].flatMap { uid in (0..<4).map { UInt8(truncatingIfNeeded: uid >> (8 * $0)) } }
        }
    }

    fileprivate init(octets: UnsafeRawBufferPointer) {
        let uids = stride(from: 0, to: octets.count - 7, by: 8).map { place in
            (
                UID(littleEndian: octets.loadUnaligned(fromByteOffset: place, as: UID.self)),
                UID(littleEndian: octets.loadUnaligned(fromByteOffset: place + 4, as: UID.self))
            )
        }
        self.init(uids.map { $0...max($0, $1) })
    }
}
