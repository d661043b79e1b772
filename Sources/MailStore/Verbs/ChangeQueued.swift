import MailCore

/// What an operator does to recipients in the queue, a step of at most ``limit`` at a time. Answers how many it was done to.
struct ChangeQueued: StoreVerb {
    enum Change: Sendable {
        /// No try is made until `release`.
        case hold
        /// A held one goes on, now.
        case release
        /// A deferred one is tried now.
        case retry
        /// It goes to this host, or to where its domain leads again; held ones stay held.
        case reroute(Destination?)
        /// It is gone; nobody is told.
        case delete
    }
    let recipients: [Int64]
    let change: Change
    let now: QueueTime

    static let limit = 500

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Int {
        precondition(recipients.count <= Self.limit, "the queue is changed in steps")
        var changed = 0
        for id in recipients {
            if case .delete = change {
                changed += try delete(id, in: transaction)
            } else if try update(id, in: transaction) {
                changed += 1
            }
        }
        return changed
    }

    private func update(_ id: Int64, in transaction: WriteTransaction) throws(StoreError) -> Bool {
        let statement: HeldStatement
        switch change {
        case .hold:
            statement = try transaction.statement(
                "UPDATE queued_recipient SET state = 2 WHERE id = ?1 AND state < 2 RETURNING destination, message, address")
        case .release:
            statement = try transaction.statement(
                "UPDATE queued_recipient SET state = tries > 0, due = ?2 WHERE id = ?1 AND state = 2 RETURNING destination, message, address"
            )
            statement.bind(2, now.milliseconds)
        case .retry:
            statement = try transaction.statement(
                "UPDATE queued_recipient SET due = ?2 WHERE id = ?1 AND state < 2 RETURNING destination, message, address")
            statement.bind(2, now.milliseconds)
        case .reroute(let destination):
            statement = try transaction.statement(
                "UPDATE queued_recipient SET destination = coalesce(?3, domain), due = ?2 WHERE id = ?1 AND state < 3 RETURNING destination, message, address"
            )
            statement.bind(2, now.milliseconds)
            statement.bind(3, destination?.key)
        case .delete: preconditionFailure("deleting takes rows away")
        }
        statement.bind(1, id)
        let row = try statement.first { (Destination(key: $0.text(0)), MessageID($0.int64(1)), $0.text(2)) }
        guard let (destination, message, address) = row else { return false }
        try note(message, address, in: transaction)
        if case .hold = change { return true }
        transaction.queued.insert(destination)
        return true
    }

    private func note(_ message: MessageID, _ recipient: String, in transaction: WriteTransaction) throws(StoreError) {
        switch change {
        case .hold: try transaction.note(.held, message, recipient: recipient)
        case .release: try transaction.note(.released, message, recipient: recipient)
        case .retry: try transaction.note(.retried, message, recipient: recipient)
        case .reroute(let destination):
            let words = destination.map { "to \($0)" } ?? "to where its domain leads"
            try transaction.note(.rerouted, message, recipient: recipient, words: words)
        case .delete: try transaction.note(.deleted, message, recipient: recipient)
        }
    }

    private func delete(_ id: Int64, in transaction: WriteTransaction) throws(StoreError) -> Int {
        let delete = try transaction.statement("DELETE FROM queued_recipient WHERE id = ?1 AND state < 3 RETURNING message, address")
        delete.bind(1, id)
        guard let (message, address) = try delete.first({ (MessageID($0.int64(0)), $0.text(1)) }) else { return 0 }
        try note(message, address, in: transaction)
        try transaction.closeQueued(message, recipients: 1)
        return 1
    }
}

/// Writes down what time it is for the queue, so that the next run of the program goes on from there.
struct KeepQueueTime: StoreVerb {
    let time: QueueTime
    /// Milliseconds since 1970.
    let wall: Int64

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let keep = try transaction.statement(
            "INSERT INTO meta(key, value) VALUES('queue_time', ?1), ('queue_wall', ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value"
        )
        keep.bind(1, time.milliseconds)
        keep.bind(2, wall)
        try keep.run()
    }
}
