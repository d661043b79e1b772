import MailCore

/// Writes a message's way out into the queue, in the transaction that stores it: part of ``Deliver``, never a verb by itself.
struct Enqueue: Sendable {
    let envelope: OutgoingEnvelope
    let arrival: QueueTime
    let state: QueueState

    /// Recipients that are handed over together, at most: what every server takes in one transaction. RFC 5321 §4.5.3.1.8
    private static let group = 100

    func execute(_ stored: StoredMessage, in transaction: WriteTransaction) throws(StoreError) {
        let message = stored.id
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
            VALUES(?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7) RETURNING id
            """)
        var places: [Destination: Int] = [:]
        for recipient in envelope.recipients {
            let destination = Destination(recipient.address.domain)
            insert.bind(1, message.number)
            insert.bind(2, recipient.address.description)
            insert.bind(3, destination.key)
            insert.bind(4, state.rawValue)
            insert.bind(5, arrival.milliseconds)
            insert.bind(6, recipient.notify.rawValue)
            insert.bind(7, recipient.original)
            let id = try insert.first { $0.int64(0) }
            guard state == .queued, let id else { continue }
            let queued = QueuedRecipient(
                id: id, message: message, address: recipient.address, destination: destination, notify: recipient.notify,
                original: recipient.original, state: state, due: arrival, tries: 0, isDelayTold: false, last: nil)
            if let place = places[destination], transaction.arriving[place].recipients.count < Self.group {
                transaction.arriving[place].recipients.append(queued)
            } else {
                places[destination] = transaction.arriving.count
                transaction.arriving.append(queuedMessage(stored, queued))
            }
        }
    }

    private func queuedMessage(_ stored: StoredMessage, _ recipient: QueuedRecipient) -> QueuedMessage {
        QueuedMessage(
            stored: stored, sender: envelope.sender, isUTF8: envelope.isUTF8, is8Bit: envelope.is8Bit, returns: envelope.returns,
            envelopeID: envelope.envelopeID, submitter: envelope.submitter, arrival: arrival, recipients: [recipient])
    }
}
