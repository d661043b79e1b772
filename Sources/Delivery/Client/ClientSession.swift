import Connections
import MailCore
import MailStore
import NIOCore
import SMTPWire

/// A conversation with one server, for one message after the other. RFC 5321 §3
///
/// | state | entered by | left by |
/// |---|---|---|
/// | greeted | `begin`: greeting, EHLO or HELO, TLS, log-in | `send`, `quit` |
/// | ready | a message's end, well or badly, that left the dialogue in step | `send`, `quit` |
/// | broken | a failure that is thrown | – : the connection is closed |
struct ClientSession {
    let connection: Connection
    /// Of whom we speak in outcomes.
    let remote: String
    /// The name by which TLS asks for the server's certificate.
    let host: String
    let settings: ClientSettings
    var offers = Offers()
    /// Why anybody on the way can read what is sent; `nil` when it is encrypted.
    var exposure: String?
    private var needsReset = false
    /// The server has hung up behind its last answer: the connection is of no more use.
    private(set) var isBroken = false

    init(_ connection: Connection, remote: String, host: String, settings: ClientSettings) {
        self.connection = connection
        self.remote = remote
        self.host = host
        self.settings = settings
    }

    /// How it is encrypted; `nil` in the clear.
    var security: SessionSecurity? { connection.tls?.security }

    // MARK: a message

    /// Sends one message; answers what became of each recipient, in their order. A throw means that the connection is of no more use and
    /// that no recipient was served.
    mutating func send(_ mail: OutgoingMail) async throws(ClientFailure) -> [RecipientResult] {
        var mail = mail
        if !offers.eightBitMIME, !lacksUTF8(mail) {
            // RFC 6152 §3
            guard let converted = try await mail.inSevenBit() else {
                let words = "The message has octets beyond ASCII, which the server does not take, and cannot be converted."
                return mail.recipients.map { _ in .failed(.ours(EnhancedStatus(5, 6, 3), remote, words)) }
            }
            mail = converted
        }
        if let hindrance = hindrance(mail) { return mail.recipients.map { _ in .failed(hindrance) } }
        if needsReset { try await reset() }
        return offers.pipelining ? try await sendPipelined(mail) : try await sendStepwise(mail)
    }

    /// Why the server cannot have this message, as far as its offers tell.
    private func hindrance(_ mail: OutgoingMail) -> TryOutcome? {
        // RFC 6531 §3.5, RFC 5336's code for it
        if lacksUTF8(mail) {
            return .ours(EnhancedStatus(5, 6, 7), remote, "The message needs SMTPUTF8, which cannot be used with this server.")
        }
        // RFC 1870 §5
        if let largest = offers.largest, mail.size > largest {
            return .ours(EnhancedStatus(5, 3, 4), remote, "The message has \(mail.size) octets; the server takes \(largest).")
        }
        return nil
    }

    private func lacksUTF8(_ mail: OutgoingMail) -> Bool { mail.needsUTF8 && (!offers.smtpUTF8 || !settings.usesUTF8) }

    /// The whole envelope in one go; with CHUNKING a small message too. RFC 2920 §3.1, RFC 3030 §4.2
    private mutating func sendPipelined(_ mail: OutgoingMail) async throws(ClientFailure) -> [RecipientResult] {
        sayMail(mail)
        for recipient in mail.recipients { sayRecipient(recipient) }
        let isOneChunk = offers.chunking && mail.size <= OutgoingMail.piece
        if isOneChunk {
            try await sendChunks(mail, awaiting: false)
        } else if !offers.chunking {
            say("DATA")
        }
        let sender = try await reply(.mail, within: settings.deadlines.command)
        var answers: [RemoteReply] = []
        do throws(ClientFailure) {
            while answers.count < mail.recipients.count {
                answers.append(try await reply(.recipient, within: settings.deadlines.command))
            }
        } catch {
            return try hungUp(mail, sender, answers, error)
        }
        // With the sender refused the rest are consequences.
        if sender.kind != 2 { answers = mail.recipients.map { _ in sender } }
        guard sender.kind == 2, answers.contains(where: { $0.kind == 2 }) else {
            await skipMessage(isOneChunk: isOneChunk)
            return conclude(answers, nil)
        }
        if isOneChunk { return conclude(answers, try await reply(.end, within: settings.deadlines.end)) }
        if offers.chunking { return conclude(answers, try await sendChunks(mail, awaiting: true)) }
        let begin = try await reply(.data, within: settings.deadlines.data)
        return conclude(answers, begin.kind == 3 ? try await sendData(mail) : begin)
    }

    /// The server has said no and closed, before it answered all: its no counts. Without one nothing was answered.
    private mutating func hungUp(
        _ mail: OutgoingMail, _ sender: RemoteReply, _ answers: [RemoteReply], _ failure: ClientFailure
    ) throws(ClientFailure) -> [RecipientResult] {
        let known = sender.kind == 2 ? answers : mail.recipients.map { _ in sender }
        guard known.contains(where: { $0.kind != 2 }) else { throw failure }
        isBroken = true
        let outcome = failure.outcome(remote)
        return mail.recipients.indices.map { place in
            place < known.count && known[place].kind != 2 ? result(known[place], ofRecipient: true) : .deferred(outcome)
        }
    }

    /// Takes what the server says to a message that has no recipient, and was announced before that was known. One that goes on with
    /// DATA gets an empty message. RFC 2920 §3.1
    private mutating func skipMessage(isOneChunk: Bool) async {
        needsReset = true
        do throws(ClientFailure) {
            if isOneChunk {
                _ = try await reply(.end, within: settings.deadlines.end)
            } else if !offers.chunking, try await reply(.data, within: settings.deadlines.data).kind == 3 {
                say(".")
                _ = try await reply(.end, within: settings.deadlines.end)
            }
        } catch {
            isBroken = true
        }
    }

    private mutating func sendStepwise(_ mail: OutgoingMail) async throws(ClientFailure) -> [RecipientResult] {
        sayMail(mail)
        let sender = try await reply(.mail, within: settings.deadlines.command)
        guard sender.kind == 2 else { return refused(mail.recipients.map { _ in sender }) }
        var answers: [RemoteReply] = []
        for recipient in mail.recipients {
            sayRecipient(recipient)
            answers.append(try await reply(.recipient, within: settings.deadlines.command))
        }
        guard answers.contains(where: { $0.kind == 2 }) else { return refused(answers) }
        if offers.chunking { return conclude(answers, try await sendChunks(mail, awaiting: true)) }
        say("DATA")
        let begin = try await reply(.data, within: settings.deadlines.data)
        guard begin.kind == 3 else {
            needsReset = true
            return conclude(answers, begin)
        }
        return conclude(answers, try await sendData(mail))
    }

    /// RSET leaves no trace of a transaction that did not come to its end.
    private mutating func reset() async throws(ClientFailure) {
        say("RSET")
        let answer = try await reply(.mail, within: settings.deadlines.command)
        guard answer.kind == 2 else { throw ClientFailure(.mail, .reply(answer)) }
        needsReset = false
    }

    private mutating func refused(_ answers: [RemoteReply]) -> [RecipientResult] {
        needsReset = true
        return conclude(answers, nil)
    }

    /// `end`: what was said to the message; `nil` when no recipient was there for it.
    private func conclude(_ answers: [RemoteReply], _ end: RemoteReply?) -> [RecipientResult] {
        answers.map { answer in
            guard answer.kind == 2, let end else { return result(answer, ofRecipient: true) }
            return result(end, ofRecipient: false)
        }
    }

    private func result(_ reply: RemoteReply, ofRecipient: Bool) -> RecipientResult {
        // Old servers mean "too many recipients" by 552. RFC 5321 §4.5.3.1.10
        if ofRecipient, reply.code == 552, reply.status == nil { return .deferred(.said(reply, by: remote, kind: 4)) }
        switch reply.kind {
        case 2 where !ofRecipient: return .delivered(.said(reply, by: remote, kind: 2), tellsSuccess: offers.deliveryReports)
        case 5: return .failed(.said(reply, by: remote, kind: 5))
        default: return .deferred(.said(reply, by: remote, kind: 4))
        }
    }

    // MARK: what is said

    private func sayMail(_ mail: OutgoingMail) {
        var parameters: [String?] = []
        if offers.size { parameters.append("SIZE=\(mail.size)") }
        if mail.is8Bit, offers.eightBitMIME { parameters.append("BODY=8BITMIME") }
        if mail.needsUTF8 { parameters.append("SMTPUTF8") }
        if offers.deliveryReports {
            // RFC 3461 §4.3, §4.4
            if mail.returns != .unsaid { parameters.append(mail.returns == .full ? "RET=FULL" : "RET=HDRS") }
            parameters.append(OutgoingCommand.parameter("ENVID", mail.envelopeID))
        }
        say(OutgoingCommand.mail(from: mail.sender, parameters: parameters.compactMap(\.self)))
    }

    private func sayRecipient(_ recipient: QueuedRecipient) {
        var parameters: [String?] = []
        if offers.deliveryReports {
            // RFC 3461 §4.1, §4.2
            if recipient.notify.contains(.said) {
                let words = [(NotifySet.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY")].filter {
                    recipient.notify.contains($0.0)
                }
                parameters.append("NOTIFY=" + (words.isEmpty ? "NEVER" : words.map(\.1).joined(separator: ",")))
            }
            parameters.append(OutgoingCommand.parameter("ORCPT", recipient.original))
        }
        say(OutgoingCommand.recipient(recipient.address, parameters: parameters.compactMap(\.self)))
    }

    func say(_ line: String) {
        connection.write(line)
        connection.write("\r\n")
    }

    // MARK: the message's octets

    private func sendData(_ mail: OutgoingMail) async throws(ClientFailure) -> RemoteReply {
        var encoder = MessageEncoder(stuffsDots: true)
        var out: [UInt8] = []
        var content = OutgoingContent(mail)
        do throws(ClientFailure) {
            while let piece = try await content.next() {
                piece.withUnsafeBytes { encoder.encode($0, into: &out) }
                if out.count >= OutgoingMail.piece {
                    try await write(&out)
                }
            }
            encoder.finish(into: &out)
            try await write(&out)
        } catch {
            throw await lastWords(error)
        }
        return try await reply(.end, within: settings.deadlines.end)
    }

    /// In chunks with their lengths; when `awaiting`, each is answered before the next is sent. RFC 3030 §2
    @discardableResult
    private func sendChunks(_ mail: OutgoingMail, awaiting: Bool) async throws(ClientFailure) -> RemoteReply {
        var encoder = MessageEncoder(stuffsDots: false)
        var out: [UInt8] = []
        var content = OutgoingContent(mail)
        var answer = RemoteReply(code: 250, lines: [""])
        do throws(ClientFailure) {
            while let piece = try await content.next() {
                if awaiting, out.count >= OutgoingMail.piece {
                    say("BDAT \(out.count)")
                    try await write(&out)
                    answer = try await reply(.content, within: settings.deadlines.end)
                    // What was refused once is not sent to its end. RFC 3030 §4.1.2
                    guard answer.kind == 2 else { return answer }
                }
                piece.withUnsafeBytes { encoder.encode($0, into: &out) }
            }
            encoder.finish(into: &out)
            say("BDAT \(out.count) LAST")
            try await write(&out)
        } catch {
            throw await lastWords(error)
        }
        return awaiting ? try await reply(.end, within: settings.deadlines.end) : answer
    }

    private func write(_ out: inout [UInt8]) async throws(ClientFailure) {
        connection.write(ByteBuffer(bytes: out))
        out.removeAll(keepingCapacity: true)
        do throws(ConnectionError) {
            try await connection.relieve(within: settings.deadlines.block)
        } catch {
            throw ClientFailure(.content, .connection(error))
        }
    }

    /// A server that hangs up in the middle may have said why.
    private func lastWords(_ failure: ClientFailure) async -> ClientFailure {
        guard failure.cause == .connection(.closed), connection.hasBufferedInput else { return failure }
        do throws(ClientFailure) {
            return ClientFailure(failure.phase, .reply(try await reply(.content, within: settings.deadlines.quit)))
        } catch {
            return failure
        }
    }

    // MARK: the end

    /// The server has promised to answer; it need not keep us waiting. RFC 5321 §4.1.1.10
    mutating func quit() async {
        say("QUIT")
        _ = try? await reply(.farewell, within: settings.deadlines.quit)
    }

    /// One reply, within the time in all, however slowly it drips.
    func reply(_ phase: ClientFailure.Phase, within limit: Duration) async throws(ClientFailure) -> RemoteReply {
        var parser = ReplyParser()
        let began = connection.now
        while !parser.isOver {
            let left = limit - (connection.now - began)
            do throws(ConnectionError) {
                guard left > .zero else { throw ConnectionError.deadline }
                try await connection.input(phase == .end ? .verdict : .answer, within: left) { parser.take($0) }
            } catch {
                throw ClientFailure(phase, .connection(error))
            }
        }
        if let failure = parser.failure { throw ClientFailure(phase, .malformed(failure)) }
        guard let reply = parser.reply else { preconditionFailure("a reply that is over and did not fail is there") }
        // The server ends the session, whatever it answers. RFC 5321 §3.8
        if reply.code == 421 { throw ClientFailure(phase, .reply(reply)) }
        return reply
    }
}
