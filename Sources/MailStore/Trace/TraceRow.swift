import MailCore
import MessageFormat

/// What is kept of a message's arrival. It is put together where the message came in, so that the writer's thread only binds it.
///
/// One row a message whose key is the message's id: ids grow, so that a row goes to the end of its table, in the transaction that stores
/// the message, and costs no index anything. Who looks for an address looks through the days that are kept.
struct TraceRow: Sendable {
    private let sender: String
    private let recipients: String
    private let accounts: String
    private let elsewhere: String
    private let peer: String
    private let helo: String
    private let transport: String
    private let cipher: String
    private let submitter: String
    private let messageID: String
    private let about: MessageID?

    init(_ origin: MessageOrigin, accounts: [LocalRecipient], elsewhere: [OutgoingRecipient], summary: [UInt8]) {
        self.accounts = Self.lines(accounts) { $0.address.description }
        self.elsewhere = Self.lines(elsewhere) { $0.address.description }
        let named = Self.lines(origin.recipients) { $0 }
        // Mostly they are the same, and once is enough.
        recipients = named == self.accounts || named == self.elsewhere ? "" : named
        sender = origin.sender.description
        peer = origin.peer
        helo = Self.short(origin.helo)
        transport = origin.transport
        cipher = origin.cipher
        submitter = origin.submitter
        about = origin.about
        let id = summary.withUnsafeBytes { MessageSummary.messageID(ofEncoded: $0) } ?? []
        messageID = id.count <= TracedMessage.longest ? String(decoding: id, as: UTF8.self) : ""
    }

    func insert(_ message: StoredMessage, in transaction: WriteTransaction) throws(StoreError) {
        guard transaction.keepsTrace else { return }
        let insert = try transaction.statement(
            """
            INSERT INTO trace(message, sender, recipients, accounts, elsewhere, peer, helo, transport, cipher, submitter, message_id, size, \
            about) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """)
        insert.bind(1, message.id.number)
        for (place, text) in [sender, recipients, accounts, elsewhere, peer, helo, transport, cipher, submitter, messageID].enumerated() {
            insert.bind(Int32(place + 2), text)
        }
        insert.bind(12, message.size)
        insert.bind(13, about?.number ?? 0)
        try insert.run()
        if let about { try transaction.note(.told, about, words: message.id.description) }
    }

    private static func lines<Element>(_ elements: [Element], _ text: (Element) -> String) -> String {
        elements.count == 1 ? text(elements[0]) : elements.prefix(TracedMessage.most).map(text).joined(separator: "\n")
    }

    private static func short(_ text: String) -> String {
        text.utf8.count <= TracedMessage.longest ? text : String(text.prefix(TracedMessage.longest / 4))
    }
}

extension WriteTransaction {
    /// Writes down what happened to a message, when that is kept. The time is the row's number, so that no two are alike.
    func note(
        _ kind: TraceEvent.Kind, _ message: MessageID, recipient: String = "", outcome: TryOutcome? = nil, words: String = ""
    ) throws(StoreError) {
        guard keepsTrace else { return }
        let insert = try statement(
            "INSERT INTO trace_event(message, number, kind, recipient, status, remote, words) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        insert.bind(1, message.number)
        insert.bind(2, nextTraceNumber())
        insert.bind(3, kind.rawValue)
        insert.bind(4, recipient)
        insert.bind(5, outcome?.status.description ?? "")
        insert.bind(6, outcome?.remote ?? "")
        insert.bind(7, outcome?.words ?? words)
        try insert.run()
    }
}
