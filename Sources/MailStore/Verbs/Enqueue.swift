import MailCore

/// Writes a message's way out into the queue, in the transaction that stores it: part of ``Deliver``, never a verb by itself.
struct Enqueue: Sendable {
    let envelope: OutgoingEnvelope
    let arrival: QueueTime
    let state: QueueState

    func execute(_ message: MessageID, in transaction: WriteTransaction) throws(StoreError) {
        let queued = try transaction.statement(
            """
            INSERT INTO queued(message, sender, flags, returns, envelope_id, submitter, arrival, open) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        queued.bind(1, message.number)
        queued.bind(2, envelope.sender.description)
        queued.bind(3, (envelope.isUTF8 ? 1 : 0) | (envelope.is8Bit ? 2 : 0))
        queued.bind(4, envelope.returns.rawValue)
        queued.bind(5, envelope.envelopeID)
        queued.bind(6, envelope.submitter?.octets ?? [])
        queued.bind(7, arrival.milliseconds)
        queued.bind(8, envelope.recipients.count)
        try queued.run()
        let insert = try transaction.statement(
            """
            INSERT INTO queued_recipient(message, address, domain, destination, state, due, notify, original) \
            VALUES(?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7)
            """)
        for recipient in envelope.recipients {
            let destination = Destination(recipient.address.domain)
            insert.bind(1, message.number)
            insert.bind(2, recipient.address.description)
            insert.bind(3, destination.key)
            insert.bind(4, state.rawValue)
            insert.bind(5, arrival.milliseconds)
            insert.bind(6, recipient.notify.rawValue)
            insert.bind(7, recipient.original)
            try insert.run()
            if state == .queued { transaction.queued.insert(destination) }
        }
    }
}
