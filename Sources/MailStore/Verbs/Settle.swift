import MailCore

/// Writes down what tries came to, together with the report that tells the sender: both are there, or neither.
struct Settle: StoreVerb {
    let queuedMessage: MessageID
    let settlements: [Settlement]
    let notice: Deliver?

    var message: FinishedMessage? { notice?.finished }
    /// It makes the store smaller on the whole, and a full drive must not make mail go twice.
    var needsSpace: Bool { false }

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        if settlements.count == 1, try settleLast(settlements[0], in: transaction) { return }
        let update = try transaction.statement(
            """
            UPDATE queued_recipient SET state = CASE WHEN ?2 = 1 AND state = 2 THEN 2 ELSE ?2 END, due = ?3, tries = tries + 1, \
            told = max(told, ?4), status = ?5, remote = ?6, words = ?7, is_reply = ?8, \
            security = ?10 WHERE id = ?1 AND message = ?9 AND state < 3 RETURNING address
            """)
        var closed = 0
        for settlement in settlements {
            let (state, due, isTold) = Self.columns(settlement.result)
            update.bind(1, settlement.recipient)
            update.bind(2, state.rawValue)
            update.bind(3, due)
            update.bind(4, isTold ? 1 : 0)
            update.bind(5, settlement.outcome.status.description)
            update.bind(6, settlement.outcome.remote)
            update.bind(7, settlement.outcome.words)
            update.bind(8, settlement.outcome.isReply ? 1 : 0)
            update.bind(9, queuedMessage.number)
            update.bind(10, settlement.outcome.security?.description ?? "")
            guard let address = try update.first({ $0.text(0) }) else { continue }
            if !state.isOpen { closed += 1 }
            try transaction.note(Self.kind(settlement.result), queuedMessage, recipient: address, outcome: settlement.outcome)
        }
        // Behind what it tells of.
        try notice?.execute(in: transaction)
        if closed > 0 { try transaction.closeQueued(queuedMessage, recipients: closed) }
    }

    /// The only recipient that is left has come to its end, which most messages do at the first try: its row goes, and is not written
    /// before. Answers false when it is not so, and nothing was done.
    private func settleLast(_ settlement: Settlement, in transaction: WriteTransaction) throws(StoreError) -> Bool {
        guard !Self.columns(settlement.result).state.isOpen else { return false }
        let delete = try transaction.statement(
            """
            DELETE FROM queued_recipient WHERE id = ?1 AND message = ?2 AND state < 3 \
            AND (SELECT open FROM queued WHERE message = ?2) = 1 RETURNING address
            """)
        delete.bind(1, settlement.recipient)
        delete.bind(2, queuedMessage.number)
        guard let address = try delete.first({ $0.text(0) }) else { return false }
        try transaction.note(Self.kind(settlement.result), queuedMessage, recipient: address, outcome: settlement.outcome)
        try notice?.execute(in: transaction)
        try transaction.dropQueued(queuedMessage)
        return true
    }

    private static func kind(_ result: Settlement.Result) -> TraceEvent.Kind {
        switch result {
        case .delivered: .sent
        case .bounced: .bounced
        case .deferred: .deferred
        }
    }

    private static func columns(_ result: Settlement.Result) -> (state: QueueState, due: Int64, isTold: Bool) {
        switch result {
        case .delivered: (.delivered, 0, false)
        case .bounced: (.bounced, 0, false)
        case .deferred(let due, let isTold): (.deferred, due.milliseconds, isTold)
        }
    }
}

extension WriteTransaction {
    /// So many recipients of the message have come to the end of their way. With the last one it leaves the queue, and the store when
    /// no mailbox has it.
    func closeQueued(_ message: MessageID, recipients: Int) throws(StoreError) {
        let count = try statement("UPDATE queued SET open = open - ?2 WHERE message = ?1 RETURNING open")
        count.bind(1, message.number)
        count.bind(2, recipients)
        guard let left = try count.first({ $0.int(0) }), left <= 0 else { return }
        try dropQueued(message)
    }

    /// Nobody of the message's recipients is left.
    fileprivate func dropQueued(_ message: MessageID) throws(StoreError) {
        let rows = try statement("DELETE FROM queued_recipient WHERE message = ?1")
        rows.bind(1, message.number)
        try rows.run()
        let row = try statement("DELETE FROM queued WHERE message = ?1")
        row.bind(1, message.number)
        try row.run()
        try release(message.number)
    }
}
