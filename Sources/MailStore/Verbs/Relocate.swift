/// Points a message to the copy of its bytes that was just written. One that was expunged meanwhile, or relocated already, stays as
/// it is, and the copy belongs to nobody.
struct Relocate: StoreVerb {
    let finished: FinishedMessage
    let from: Int64

    var message: FinishedMessage? { finished }
    var needsSpace: Bool { true }

    func execute(in transaction: WriteTransaction) throws(StoreError) { try transaction.relocate(finished.incoming.id, from: from) }
}

/// Marks packs in which nothing is wanted any more with the second in which this was seen.
struct RetirePacks: StoreVerb {
    let packs: [Int64]
    let time: Int64

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let update = try transaction.statement(
            "UPDATE pack SET state = ?2 WHERE id = ?1 AND state = 0 AND NOT EXISTS (SELECT 1 FROM message WHERE pack = ?1)")
        for pack in packs {
            update.bind(1, pack)
            update.bind(2, time)
            try update.run()
        }
    }
}

/// Forgets packs whose files are gone.
struct ForgetPacks: StoreVerb {
    let packs: [Int64]

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let delete = try transaction.statement("DELETE FROM pack WHERE id = ?1")
        for pack in packs {
            delete.bind(1, pack)
            try delete.run()
        }
    }
}
