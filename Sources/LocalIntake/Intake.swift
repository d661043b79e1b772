import Glibc
import Host
import Logging
import MailCore
import MailSettings
import MailStore
import MessageFormat
import NIOCore
import StateStore

/// One letter's way from the folder into mailboxes and the queue.
struct Intake {
    private let services: IntakeServices
    private let folder: DropFolder
    private let names: LocalNames

    init(_ services: IntakeServices, _ folder: DropFolder) {
        self.services = services
        self.folder = folder
        names = services.names
    }

    /// Returns for whom the letter still waits. `only`: for whom it waited, when the others have it already. Throws when nothing can be
    /// done now.
    func take(_ name: String, only: [DropName]?) async throws -> [DropName] {
        switch folder.open(name) {
        case .gone: return []
        case .failed(let words): throw StoreError.unavailable("\(name): \(words)")
        case .foul:
            discard(name, because: "it is no file of its own, or nobody but its owner may read it")
            return []
        case .letter(let letter):
            let reading: LetterReading
            do throws(LetterReading.Refusal) {
                reading = try LetterReading(letter)
            } catch {
                guard case .foul(let words) = error else { throw error }
                discard(name, because: words)
                return []
            }
            return try await take(reading, name, for: only ?? reading.envelope.recipients)
        }
    }

    /// A crash between two steps repeats the one before it; none is ever left out.
    private func take(_ reading: LetterReading, _ name: String, for recipients: [DropName]) async throws -> [DropName] {
        var plan = plan(for: recipients)
        let message = services.store.newMessage()
        if plan.isDelivery {
            if reading.size > services.settings.current.smtp.maxMessageSize.bytes {
                plan.refuse(EnhancedStatus(5, 3, 4), "The message is larger than this server takes.")
            } else {
                plan.is8Bit = try await fill(message, from: reading)
                if let (status, words) = refusal(of: message) { plan.refuse(status, words) }
            }
        }
        if !plan.failures.isEmpty { try report(plan, reading, name, id: message.id) }
        if plan.isDelivery { try await deliver(message, plan, reading) }
        if plan.waiting.isEmpty {
            folder.remove(name)
        } else if plan.waiting != reading.envelope.recipients {
            keepRest(of: reading, name, for: plan.waiting)
        }
        return plan.waiting
    }

    private struct Plan {
        var here: [LocalRecipient] = []
        var elsewhere: [OutgoingRecipient] = []
        var waiting: [DropName] = []
        var failures: [(recipient: MailAddress, status: EnhancedStatus, words: String)] = []
        /// Whoever is to get it, as the sender named him.
        var reached: [MailAddress] = []
        var is8Bit = false

        var isDelivery: Bool { !here.isEmpty || !elsewhere.isEmpty }

        /// Nobody gets it who would have.
        mutating func refuse(_ status: EnhancedStatus, _ words: String) {
            failures += reached.map { ($0, status, words) }
            (here, elsewhere, reached) = ([], [], [])
        }
    }

    private func plan(for recipients: [DropName]) -> Plan {
        var plan = Plan()
        var known: Set<AccountID> = []
        var others: Set<MailAddress> = []
        for name in recipients {
            switch names.way(to: name) {
            case .waits: plan.waiting.append(name)
            case .refused(let status, let words):
                if let address = names.address(of: name) { plan.failures.append((address, status, words)) }
            case .leads(let accounts, let elsewhere):
                if let address = names.address(of: name) { plan.reached.append(address) }
                for account in accounts where known.insert(account.id).inserted {
                    plan.here.append(LocalRecipient(account: account.id, address: account.address))
                }
                for address in elsewhere where others.insert(address).inserted { plan.elsewhere.append(OutgoingRecipient(address)) }
            }
        }
        return plan
    }

    private func path(of name: DropName?) -> ReversePath {
        name.flatMap { names.address(of: $0) }.map(ReversePath.address) ?? .nobody
    }

    /// Puts the message's octets into the store's hands. Answers whether some are beyond ASCII.
    private func fill(_ message: IncomingMessage, from reading: LetterReading) async throws -> Bool {
        let date = HeaderDate.format(Int64(time(nil)))
        let from = path(of: reading.envelope.sender)
        let trace = """
            Return-Path: <\(from)>\r
            Received: by \(services.ownName) (Postern, from userid \(reading.letter.user)) id \(message.id);\r
            \t\(date)\r

            """
        let author = from.address ?? MailAddress("mailer-daemon@\(services.ownName)")
        let header = SubmittedHeader(date: date, messageID: "<\(message.id)@\(services.ownName)>")
        return try await reading.pieces(
            trace: Array(trace.utf8), from: author.map { Self.from(reading.envelope.fullName, $0) } ?? [], completing: header
        ) { piece in try await message.append(piece) }
    }

    private func refusal(of message: IncomingMessage) -> (EnhancedStatus, String)? {
        if message.headerTooLarge { return (EnhancedStatus(5, 3, 4), "The message's header is too large.") }
        guard message.receivedCount > services.settings.current.smtp.maxReceived else { return nil }
        return (EnhancedStatus(5, 4, 6), "The message has been through so many servers that it seems to go in circles.")
    }

    /// `From: =?UTF-8?…?= <alice@gw.example>` RFC 5322 §3.6.2
    static func from(_ fullName: String, _ address: MailAddress) -> [UInt8] {
        let field = EncodedWordWriter.field("From", text: fullName)
        guard !fullName.isEmpty else { return Array("From: \(address)\r\n".utf8) }
        let isEncoded = field.starts(with: Array("From: =?".utf8))
        let quoted = fullName.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let name = isEncoded ? Array(field.dropLast(2)) : Array("From: \"\(quoted)\"".utf8)
        return name + Array("\r\n <\(address)>\r\n".utf8)
    }

    private func deliver(_ message: IncomingMessage, _ plan: Plan, _ reading: LetterReading) async throws {
        let from = path(of: reading.envelope.sender)
        let isUTF8 = !(from.address?.isASCII ?? true) || plan.elsewhere.contains { !$0.address.isASCII }
        let queue =
            plan.elsewhere.isEmpty ? nil : OutgoingEnvelope(sender: from, recipients: plan.elsewhere, isUTF8: isUTF8, is8Bit: plan.is8Bit)
        // An account may have gone meanwhile.
        let directory = services.state.directory
        try await services.store.deliver(message, to: plan.here.filter { directory.account($0.account) != nil }, queue: queue)
        services.logger.info(
            "A message of this machine is stored.",
            metadata: [
                "event": "\(JournalEvent.messageAccepted.rawValue)", "message": "\(message.id)", "user": "\(reading.letter.user)",
                "sender": "\(from)", "recipients": "\(plan.here.count + plan.elsewhere.count)", "size": "\(message.size)",
            ])
    }

    private func report(_ plan: Plan, _ reading: LetterReading, _ name: String, id: MessageID) throws {
        for failure in plan.failures {
            services.logger.notice(
                "A message of this machine cannot be delivered: \(failure.words)",
                metadata: [
                    "event": "\(JournalEvent.messageBounced.rawValue)", "user": "\(reading.letter.user)",
                    "recipient": "\(failure.recipient)", "status": "\(failure.status)",
                ])
        }
        guard let sender = path(of: reading.envelope.sender).address else { return }
        try LetterWriting(folder: folder, host: services.ownName).report(
            reading, named: name + "-report", to: sender, plan.failures, id: id, at: Int64(time(nil)))
    }

    /// What cannot be written down is remembered as long as we live.
    private func keepRest(of reading: LetterReading, _ name: String, for recipients: [DropName]) {
        do {
            try LetterWriting(folder: folder, host: services.ownName).keep(reading, named: name, for: recipients)
        } catch {
            services.logger.error(
                "That a letter is delivered in part cannot be written down: \(error)",
                metadata: ["event": "\(JournalEvent.worldFailed.rawValue)", "letter": "\(name)"])
        }
    }

    private func discard(_ name: String, because words: String) {
        services.logger.warning(
            "What lies in \(folder.path) as \(name) is no letter and is taken away: \(words)",
            metadata: ["event": "\(JournalEvent.messageRefused.rawValue)"])
        folder.remove(name)
    }
}
