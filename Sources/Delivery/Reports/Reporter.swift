import Glibc
import Logging
import MailCore
import MailSettings
import MailStore
import MessageFormat
import NIOCore
import StateStore

/// Writes down what became of a message's recipients, and tells its sender what the sender wants to hear, in one commit.
///
/// Nobody is told of a report's own failure, of a message without a sender, or of one that a program sent by itself (RFC 3834 §2): else
/// two servers could tell each other for ever.
final class Reporter: Sendable {
    private let services: DispatcherServices
    private let limiter = ReportLimiter()

    /// Octets of a message that are returned whole; of a larger one its header is.
    private static let largestReturned = 50 << 10
    private static let largestHeader = 64 << 10

    init(_ services: DispatcherServices) { self.services = services }

    /// One recipient with what is settled and whether it is told.
    private struct Line {
        var recipient: QueuedRecipient
        var settlement: Settlement
        var action: DeliveryReport.Action?
    }

    /// Comes back when it is durable: while the store cannot be written it tries again, because a message that was taken must not be sent
    /// once more by us.
    func settle(_ message: QueuedMessage, _ results: [RecipientResult]) async {
        let now = services.store.queueClock.now
        let schedule = services.schedule
        let age = now - message.arrival
        let lines = zip(message.recipients, results).map { line($0, $1, age: age, at: now, schedule) }
        for line in lines { journal(line, of: message) }
        while true {
            do {
                try await write(lines, of: message, at: now, schedule)
                return
            } catch {
                services.logger.error(
                    "What became of a message cannot be written down yet: \(error)",
                    metadata: ["event": "\(JournalEvent.worldFailed.rawValue)", "message": "\(message.id)"])
                if services.store.health.state == .closed { return }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func line(
        _ recipient: QueuedRecipient, _ result: RecipientResult, age: Duration, at now: QueueTime, _ schedule: QueueSchedule
    ) -> Line {
        switch result {
        case .delivered(let outcome, let tellsSuccess):
            // The next server tells of the success when it can. RFC 3461 §5.2.2
            let action: DeliveryReport.Action? = recipient.notify.tellsSuccess && !tellsSuccess ? .relayed : nil
            return Line(recipient: recipient, settlement: Settlement(recipient: recipient.id, .delivered, outcome), action: action)
        case .failed(let outcome): return bounced(recipient, outcome)
        case .deferred(let outcome):
            switch schedule.verdict(age: age) {
            case .expired: return bounced(recipient, outcome)
            case .again(let wait):
                let tells = !recipient.isDelayTold && recipient.notify.tellsDelay && schedule.tellsDelay(age: age)
                return Line(
                    recipient: recipient,
                    settlement: Settlement(recipient: recipient.id, .deferred(until: now + wait, isDelayTold: tells), outcome),
                    action: tells ? .delayed : nil)
            }
        }
    }

    private func bounced(_ recipient: QueuedRecipient, _ outcome: TryOutcome) -> Line {
        Line(
            recipient: recipient, settlement: Settlement(recipient: recipient.id, .bounced, outcome),
            action: recipient.notify.tellsFailure ? .failed : nil)
    }

    /// A report for each kind of news, each in the commit of the recipients that it tells of.
    private func write(_ lines: [Line], of message: QueuedMessage, at now: QueueTime, _ schedule: QueueSchedule) async throws {
        let silent = lines.filter { $0.action == nil }
        if !silent.isEmpty { try await services.store.settle(message.id, silent.map(\.settlement)) }
        for action in [DeliveryReport.Action.failed, .delayed, .relayed] {
            let told = lines.filter { $0.action == action }
            guard !told.isEmpty else { continue }
            let notice = try await notice(action, told, of: message, at: now, schedule)
            try await services.store.settle(message.id, told.map(\.settlement), notice: notice)
        }
    }

    // MARK: the report

    private func notice(
        _ action: DeliveryReport.Action, _ lines: [Line], of message: QueuedMessage, at now: QueueTime, _ schedule: QueueSchedule
    ) async throws -> MailStore.Notice? {
        guard let sender = message.sender.address else { return nil }
        let stored = message.stored
        let wantsAll = action == .failed && message.returns != .headers && stored.size <= Self.largestReturned
        let returned = try await services.store.read { snapshot in
            try snapshot.withBytes(of: stored, 0..<(wantsAll ? stored.size : Self.largestHeader)) { bytes in
                let length = HeaderRewriting.length(of: bytes) ?? bytes.count
                let header = UnsafeRawBufferPointer(rebasing: bytes[..<length])
                return (octets: Array(wantsAll ? bytes : header), isAutomatic: HeaderFields.isAutomatic(header))
            }
        }
        if returned.isAutomatic { return nil }
        guard limiter.admits(sender, at: now, atMost: services.settings.current.queue.maxReports) else {
            services.logger.warning(
                "A sender is not told of a message's fate: it has been told of too many in this hour.",
                metadata: ["event": "\(JournalEvent.worldFailed.rawValue)", "message": "\(message.id)", "sender": "\(sender)"])
            return nil
        }
        guard let (here, elsewhere) = ways(to: sender) else { return nil }
        let incoming = services.store.newMessage()
        let date = Int64(time(nil))
        let arrival = date - (now - message.arrival).components.seconds
        let until = action == .delayed ? arrival + schedule.lifetime.components.seconds : nil
        let report = DeliveryReport(
            action, host: services.ownName, sender: sender, envelopeID: message.envelopeID, arrival: arrival, date: date, id: incoming.id,
            recipients: lines.map { line in
                let outcome = line.settlement.outcome
                return DeliveryReport.Recipient(
                    address: line.recipient.address, original: line.recipient.original, status: outcome.status, remote: outcome.remote,
                    words: outcome.words, isReply: outcome.isReply, lastAttempt: date, willRetryUntil: until)
            }, returned: returned.octets, returnsAll: wantsAll)
        try await incoming.append(ByteBuffer(bytes: Array("Return-Path: <>\r\n".utf8) + report.octets))
        return MailStore.Notice(incoming, to: here, queue: elsewhere)
    }

    /// Where a report goes; `nil` when the sender does not exist.
    private func ways(to sender: MailAddress) -> ([LocalRecipient], OutgoingEnvelope?)? {
        let resolver = RecipientResolver(directory: services.state.directory, delimiter: services.settings.current.accounts.delimiter)
        switch resolver.resolve(sender) {
        case .accounts(let accounts): return (accounts.map { LocalRecipient(account: $0.id, address: $0.address) }, nil)
        case .notLocal:
            // Nobody is told of a report's failure. RFC 3461 §6
            let recipient = OutgoingRecipient(sender, notify: .said)
            return ([], OutgoingEnvelope(sender: .nobody, recipients: [recipient], isUTF8: !sender.isASCII))
        case .alsoElsewhere(let addresses, let accounts):
            let recipients = addresses.map { OutgoingRecipient($0, notify: .said) }
            let envelope = OutgoingEnvelope(sender: .nobody, recipients: recipients, isUTF8: addresses.contains { !$0.isASCII })
            return (accounts.map { LocalRecipient(account: $0.id, address: $0.address) }, envelope)
        case .unknownUser, .loop, .tooManyTargets: return nil
        }
    }

    private func journal(_ line: Line, of message: QueuedMessage) {
        let (event, what): (JournalEvent, String) =
            switch line.settlement.result {
            case .delivered: (.messageSent, "A message is sent")
            case .bounced: (.messageBounced, "A message cannot be delivered")
            case .deferred: (.messageDeferred, "A message waits for its next try")
            }
        let outcome = line.settlement.outcome
        services.logger.info(
            "\(what): \(outcome.words)",
            metadata: [
                "event": "\(event.rawValue)", "message": "\(message.id)", "sender": "\(message.sender)",
                "recipient": "\(line.recipient.address)", "remote": "\(outcome.remote)", "status": "\(outcome.status)",
                "tls": "\(outcome.security?.version ?? "none")", "cipher": "\(outcome.security?.cipher ?? "none")",
                "verified": "\((outcome.security?.verified ?? .none).rawValue)",
            ])
    }
}
