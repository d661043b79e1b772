import Logging
import MailCore
import MailStore
import MessageFormat

/// Writes down what became of a message's recipients, and tells its sender what the sender wants to hear, in one commit.
final class Reporter: Sendable {
    private let services: DispatcherServices

    init(_ services: DispatcherServices) { self.services = services }

    /// One recipient with what is settled and whether it is told.
    private struct Line {
        var recipient: QueuedRecipient
        var settlement: Settlement
        var action: DeliveryReport.Action?
    }

    /// Comes back when it is durable: while the store cannot be written it tries again, because a message that was taken must not be sent
    /// once more by us.
    ///
    /// - Parameter exposure: why anybody on the way could read it; `nil` when nobody could, or when nothing was sent.
    func settle(_ message: QueuedMessage, _ results: [RecipientResult], exposure: String? = nil) async {
        let now = services.store.queueClock.now
        let schedule = services.schedule
        let age = now - message.arrival
        let lines = zip(message.recipients, results).map { line($0, $1, age: age, at: now, schedule) }
        for line in lines { journal(line, of: message, exposure) }
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
            let news = told.map {
                ReportDesk.News(address: $0.recipient.address, original: $0.recipient.original, outcome: $0.settlement.outcome)
            }
            let reported = ReportedMessage(
                stored: message.stored, sender: message.sender, returns: message.returns, envelopeID: message.envelopeID,
                arrival: message.arrival)
            let notice = try await services.reports.notice(
                action, news, of: reported, at: now, lifetime: action == .delayed ? schedule.lifetime : nil)
            try await services.store.settle(message.id, told.map(\.settlement), notice: notice)
        }
    }

    private func journal(_ line: Line, of message: QueuedMessage, _ exposure: String?) {
        let (event, what): (JournalEvent, String) =
            switch line.settlement.result {
            case .delivered: (.messageSent, "A message is sent")
            case .bounced: (.messageBounced, "A message cannot be delivered")
            case .deferred: (.messageDeferred, "A message waits for its next try")
            }
        let outcome = line.settlement.outcome
        var metadata: Logger.Metadata = [
            "event": .string(event.rawValue), "message": .string(message.id.description), "sender": .string(message.sender.description),
            "recipient": .string(line.recipient.address.description), "remote": .string(outcome.remote),
            "status": .string(outcome.status.description), "tls": .string(outcome.security?.version ?? "none"),
            "cipher": .string(outcome.security?.cipher ?? "none"),
            "verified": .string((outcome.security?.verified ?? .none).rawValue),
        ]
        if let exposure { metadata["in-clear"] = .string(exposure) }
        services.logger.info("\(what): \(outcome.words)", metadata: metadata)
    }
}
