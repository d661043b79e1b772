import Connections
import Delivery
import Glibc
import Logging
import MailCore
import MailSettings
import MailStore
import MessageFormat
import NIOCore
import SMTPWire
import StateStore

/// How a message begins and ends, whichever verb brings it.
extension SMTPSession {
    /// Refuses when the store would refuse a message now: better before the data than after it.
    func requireStore(with services: SMTPServices) throws(Reply) {
        guard let trouble = services.store.health.refusal else { return }
        services.logger.info("Mail is not accepted now: \(trouble)", metadata: .smtp(.messageRefused, connection.peer))
        throw Reply(trouble)
    }

    func begin(
        _ transaction: Transaction, _ framing: MessageDecoder.Framing, with services: SMTPServices
    ) throws(Reply) -> Reception {
        try requireStore(with: services)
        let message = services.store.newMessage()
        let trace = trace(of: transaction, id: message.id, with: services)
        let completion = transaction.submitter.map { _ in
            SubmittedHeader(date: trace.date, messageID: "<\(message.id)@\(services.ownName)>")
        }
        return Reception(
            transaction, framing, as: message, trace: trace.octets, completion: completion, limits: SMTPLimits(services.settings))
    }

    /// The lines that go before the message. RFC 5321 §4.4
    private func trace(of transaction: Transaction, id: MessageID, with services: SMTPServices) -> Trace {
        guard let greeting else { preconditionFailure("a message comes only after EHLO or HELO") }
        return Trace(
            sender: transaction.sender, helo: greeting.name, peer: connection.peer.address, host: services.ownName,
            transport: transport(of: transaction),
            id: id, recipient: transaction.recipientCount == 1 ? transaction.firstRecipient : nil,
            date: HeaderDate.format(Int64(time(nil))))
    }

    /// The next octets of a chunk.
    func octets(atMost limit: Int, with services: SMTPServices) async throws(Reply) -> ByteBuffer {
        do throws(ConnectionError) {
            return try await connection.bytes(atMost: limit, within: services.settings.smtp.dataTimeout)
        } catch {
            throw Reply(ending: error)
        }
    }

    /// Stores the message for all recipients, durably, or refuses it.
    func conclude(_ reception: inout Reception, with services: SMTPServices) async throws(Reply) -> Reply {
        // An account may have gone while the message came.
        let directory = services.state.directory
        let mailboxes = reception.transaction.mailboxes.filter { directory.account($0.account) != nil }
        let queue = envelope(of: reception.transaction)
        if mailboxes.isEmpty, queue == nil { throw .unknownUser }
        do throws(Reply) {
            try await reception.conclude(in: services.store, for: mailboxes, queue: queue, origin: origin(of: reception.transaction))
        } catch {
            if let trouble = reception.trouble { journal(trouble, of: reception, with: services) }
            throw error
        }
        let transaction = reception.transaction
        var metadata: Logger.Metadata = [
            "event": .string(JournalEvent.messageAccepted.rawValue), "message": .string(reception.id.description),
            "peer": .string(connection.peer.description), "sender": .string(transaction.sender.description),
            "recipients": .string(String(transaction.recipientCount)), "size": .string(String(reception.size)),
        ]
        if let submitter = transaction.submitter { metadata["account"] = .string(submitter.address.description) }
        services.logger.info("A message is stored.", metadata: metadata)
        await tellSuccess(of: reception, with: services)
        return .stored(reception.id)
    }

    /// The message's way to other servers; `nil` when nobody of the recipients is there.
    private func envelope(of transaction: Transaction) -> OutgoingEnvelope? {
        guard !transaction.elsewhere.isEmpty else { return nil }
        return OutgoingEnvelope(
            sender: transaction.sender, recipients: transaction.elsewhere, isUTF8: transaction.isUTF8, is8Bit: transaction.is8Bit,
            returns: transaction.returns, envelopeID: transaction.envelopeID, submitter: transaction.submitter?.id)
    }

    /// What is remembered of it.
    private func origin(of transaction: Transaction) -> MessageOrigin {
        MessageOrigin(
            sender: transaction.sender, recipients: transaction.names.map(\.description), peer: connection.peer.address.description,
            helo: greeting.map { String(decoding: $0.name.octets, as: UTF8.self) } ?? "",
            transport: transport(of: transaction).keyword, cipher: connection.tls?.cipher ?? "",
            submitter: transaction.submitter?.address.description ?? "")
    }

    private func transport(of transaction: Transaction) -> Trace.Transport {
        Trace.Transport(
            isExtended: greeting?.isExtended == true, cipher: connection.tls?.cipher, isAuthenticated: transaction.submitter != nil,
            isUTF8: transaction.isUTF8)
    }

    /// Before the peer hears that all is well, so that no crash between the two loses the report.
    private func tellSuccess(of reception: Reception, with services: SMTPServices) async {
        let transaction = reception.transaction
        guard !transaction.successes.isEmpty, let stored = reception.stored else { return }
        let directory = services.state.directory
        let successes = transaction.successes.filter { $0.account.map { directory.account($0) != nil } ?? true }
        await services.reports.tellSuccess(
            successes,
            of: ReportedMessage(
                stored: stored, sender: transaction.sender, returns: transaction.returns, envelopeID: transaction.envelopeID,
                arrival: services.store.queueClock.now))
    }

    /// What the peer hears of it is that mail cannot be taken now.
    func journal(_ trouble: StoreError, of reception: Reception, with services: SMTPServices) {
        services.logger.error(
            "A message could not be stored: \(trouble)",
            metadata: .smtp(.messageRefused, connection.peer).merging([
                "message": "\(reception.id)", "sender": "\(reception.transaction.sender)",
            ]) { $1 })
    }
}

extension Logger.Metadata {
    static func smtp(_ event: JournalEvent, _ peer: Peer) -> Logger.Metadata {
        ["event": .string(event.rawValue), "peer": .string(peer.description)]
    }
}
