internal import AdminContract
internal import MailCore
internal import MailStore

/// `queue …`
struct QueueHandlers: Sendable {
    let services: AdminServices
    private var store: MailStore { services.store }

    /// What a recipient is called that is being tried now. It is queued or deferred, too.
    fileprivate static let leased = "leased"

    init(services: AdminServices) { self.services = services }

    func register(in table: inout HandlerTable) {
        table.add(QueueList.self) { try await list($0) }
        table.add(QueueShow.self) { try await show($0.message) }
        table.add(QueueRetry.self) { asked in
            services.sending.tryHostsAgain()
            return try await change(asked.selection) { try await store.retryNow($0) }
        }
        table.add(QueueHold.self) { asked in try await change(asked.selection) { try await store.hold($0) } }
        table.add(QueueRelease.self) { asked in try await change(asked.selection) { try await store.release($0) } }
        table.add(QueueDelete.self) { asked in try await change(asked.selection) { try await store.deleteQueued($0) } }
        table.add(QueueReroute.self) { asked in
            let destination = try asked.host.map { Destination(host: try Naming.host($0), port: try Naming.port(asked.port ?? 25)) }
            return try await change(asked.selection) { try await store.reroute($0, to: destination) }
        }
    }

    // MARK: reading

    private func list(_ asked: QueueList) async throws -> QueueList.Answer {
        let limit = min(max(1, asked.limit ?? 100), 1000)
        let filter = try filter(asked.selection)
        var rows: [QueueRow] = []
        var next = asked.after ?? 0
        while true {
            let from = next
            let left = limit - rows.count
            let page = try await store.read { try $0.queue(filter, after: from, limit: left) }
            rows += page.messages.flatMap(self.rows)
            guard let following = page.next, rows.count < limit else {
                let counts = try await store.read { try $0.queueCounts() }
                let named = Dictionary(uniqueKeysWithValues: counts.map { ($0.key.name, $0.value) })
                return QueueList.Answer(rows: rows, next: page.next, counts: named)
            }
            next = following
        }
    }

    private func show(_ name: String) async throws -> QueueShow.Answer {
        let id = try message(name)
        let page = try await store.read { try $0.queue(QueueFilter(message: id), limit: 1000) }
        guard let found = page.messages.first else { throw Self.notThere(name) }
        let header = try await store.read { snapshot in
            try snapshot.withBytes(of: found.stored, 0..<65536) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                let end = text.firstRange(of: "\r\n\r\n") ?? text.firstRange(of: "\n\n")
                return String(text[..<(end?.lowerBound ?? text.endIndex)])
            }
        }
        return QueueShow.Answer(rows: page.messages.flatMap(rows), header: header)
    }

    private func rows(of message: QueuedMessage) -> [QueueRow] {
        message.recipients.map {
            QueueRow($0, of: message.id, since: message.arrival, sender: message.sender, size: message.stored.size, in: store)
        }
    }

    // MARK: changing

    /// Page by page, so that neither a read nor a change is long. What comes meanwhile is behind the last page.
    private func change(_ selection: QueueSelection, _ body: ([Int64]) async throws -> Int) async throws -> QueueChanged {
        let filter = try filter(selection)
        if let id = filter.message {
            guard try await store.read({ try !$0.queue(QueueFilter(message: id), limit: 1).messages.isEmpty }) else {
                throw Self.notThere(id.description)
            }
        }
        var changed = 0
        var next: Int64? = 0
        while let from = next {
            let page = try await store.read { try $0.queue(filter, after: from, limit: 500) }
            changed += try await body(page.messages.flatMap { $0.recipients.map(\.id) })
            next = page.next
        }
        return QueueChanged(recipients: changed)
    }

    private func filter(_ selection: QueueSelection) throws -> QueueFilter {
        var filter = QueueFilter(
            message: try selection.message.map(message), sender: selection.sender, recipient: selection.recipient, reason: selection.reason,
            domain: selection.domain)
        if selection.state == Self.leased {
            filter.only = store.leasedRecipients
        } else if let name = selection.state {
            guard let state = QueueState.allCases.first(where: { $0.name == name }) else {
                let names = (QueueState.allCases.map(\.name) + [Self.leased]).joined(separator: ", ")
                throw AdminRefusal(.invalid, "\"\(name)\" is no state of the queue; there are \(names).")
            }
            filter.states = [state]
        }
        if let text = selection.olderThan {
            guard let age = Duration(text: text) else { throw AdminRefusal(.invalid, "\"\(text)\" is no duration; write it like 2h.") }
            filter.before = store.queueClock.now + (.zero - age)
        }
        return filter
    }

    private static func notThere(_ name: String) -> AdminRefusal {
        AdminRefusal(.notFound, "There is no message \(name) in the queue.")
    }

    private func message(_ name: String) throws(AdminRefusal) -> MessageID {
        guard let id = MessageID(name) else { throw AdminRefusal(.invalid, "\"\(name)\" names no message; take it from queue list.") }
        return id
    }
}

extension QueueRow {
    /// One recipient as operators see it.
    init(_ recipient: QueuedRecipient, of id: MessageID, since arrival: QueueTime, sender: ReversePath?, size: Int, in store: MailStore) {
        let now = store.queueClock.now
        let waits = recipient.state == .queued || recipient.state == .deferred
        self.init(
            message: id.description, sender: sender?.description ?? "", recipient: recipient.address.description,
            state: store.isLeased(recipient) ? QueueHandlers.leased : recipient.state.name, size: size,
            age: Int((now - arrival).components.seconds),
            nextTry: waits ? Int(max(.zero, recipient.due - now).components.seconds) : nil, tries: recipient.tries,
            status: recipient.last?.status.description, remote: recipient.last?.remote, words: recipient.last?.words,
            security: recipient.last?.security?.description,
            route: recipient.destination.host == nil ? nil : recipient.destination.description)
    }
}
