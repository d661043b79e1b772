internal import AdminContract
internal import MailCore
internal import MailSettings
internal import MailStore

/// `trace`
struct TraceHandlers: Sendable {
    let services: AdminServices
    private var store: MailStore { services.store }

    func register(in table: inout HandlerTable) {
        table.add(Trace.self) { try await trace($0) }
    }

    private func trace(_ asked: Trace) async throws -> Trace.Answer {
        let limit = min(max(1, asked.limit ?? 20), 100)
        guard !asked.what.isEmpty else {
            throw AdminRefusal(.invalid, "Say whose life: a message as queue list names it, a Message-ID, or an address.")
        }
        if !asked.what.contains("@"), let id = MessageID(asked.what), let mail = try await mail(id) {
            return Trace.Answer(messages: [mail], next: nil)
        }
        var before: MessageID?
        if let text = asked.before {
            guard let id = MessageID(text) else { throw AdminRefusal(.invalid, "\"\(text)\" names no message.") }
            before = id
        }
        var found: [TracedMail] = []
        while true {
            let from = before
            let left = limit - found.count
            let page = try await store.read { snapshot in
                let page = try snapshot.traces(of: asked.what, before: from, limit: left)
                return (messages: try page.messages.map { ($0, try snapshot.whereabouts(of: $0.id)) }, next: page.next)
            }
            found += page.messages.map { mail($0.0.id, $0.0, $0.1) }
            before = page.next
            if page.next == nil || found.count == limit { break }
        }
        guard !found.isEmpty else {
            let days = services.settings.current.trace.keep.components.seconds / 86400
            throw AdminRefusal(.notFound, "Nothing is known of \(asked.what); messages are remembered for \(days) days (trace.keep).")
        }
        return Trace.Answer(messages: found, next: before?.description)
    }

    /// By our own name; one that is not remembered may still be in the store.
    private func mail(_ id: MessageID) async throws -> TracedMail? {
        let (traced, whereabouts) = try await store.read { (try $0.trace(of: id), try $0.whereabouts(of: id)) }
        return traced == nil && whereabouts.size == nil ? nil : mail(id, traced, whereabouts)
    }

    private func mail(_ id: MessageID, _ traced: TracedMessage?, _ whereabouts: MessageWhereabouts) -> TracedMail {
        let origin = traced?.origin
        func said(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
        return TracedMail(
            message: id.description, arrived: Naming.time(id.number / 1_000_000), size: traced?.size ?? whereabouts.size,
            isTraced: traced != nil, messageID: said(traced?.messageID), sender: origin?.sender.description ?? "",
            recipients: origin?.recipients ?? [], accounts: traced?.accounts ?? [], elsewhere: traced?.elsewhere ?? [],
            peer: said(origin?.peer), helo: said(origin?.helo), transport: said(origin?.transport), cipher: said(origin?.cipher),
            submitter: said(origin?.submitter), about: origin?.about?.description,
            events: (traced?.events ?? []).map { event in
                TracedMail.Event(
                    time: Naming.time(event.time / 1_000_000), event: "\(event.kind)", recipient: said(event.recipient),
                    status: said(event.status), remote: said(event.remote), words: said(event.words))
            }, isStored: whereabouts.size != nil,
            places: whereabouts.places.map { TracedMail.Place(account: $0.account, mailbox: $0.mailbox) },
            queue: whereabouts.queued.map {
                QueueRow(
                    $0, of: id, since: QueueTime(milliseconds: id.number / 1000), sender: origin?.sender, size: whereabouts.size ?? 0,
                    in: store)
            })
    }
}
