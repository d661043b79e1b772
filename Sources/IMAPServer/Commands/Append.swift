import IMAPWire
import Logging
import MailCore
import MailSettings
import MailStore
import NIOCore

/// `APPEND mailbox [(flags)] ["date"] {octets}` — the message is taken off the wire here, as it comes. RFC 3501 §6.3.11
struct Append: IMAPCommand {
    static let rule = CommandRule("APPEND", in: .loggedIn, looksForNews: true, capabilities: ["UIDPLUS"])

    var mailbox: [UInt8]
    var flags: [FlagName] = []
    /// Unix seconds.
    var date: Int64?

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        try line.space()
        if line.peek == UInt8(ascii: "(") {
            flags = try line.flagList()
            try line.space()
        }
        if line.peek == UInt8(ascii: "\"") {
            date = try line.internalDate()
            try line.space()
        }
        guard line.peek == UInt8(ascii: "{"), !line.rest.contains(10) else { throw line.error(wanted: "a literal") }
    }

    /// Whether the literal that a line announces at its end is APPEND's message, and no part of the command.
    static func stopsBeforeMessage(_ command: [UInt8]) -> Bool {
        var line = Scanner(command)
        guard let head = try? CommandHead(parsing: &line), head.name == rule.name, !head.byUID else { return false }
        return (try? Append(parsing: &line, byUID: false)) != nil
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        guard let announced = session.pendingMessage else { throw IMAPRefusal.bad("APPEND wants a literal") }
        // All that can be said before the message is sent is said before.
        let name = try session.mailboxName(mailbox)
        guard announced.count <= UInt64(session.settings.imap.maxMessageSize.bytes) else { throw IMAPRefusal.tooLarge }
        guard announced.count > 0 else { throw IMAPRefusal.no("A message holds something") }
        guard let destination = try await session.mailbox(name) else { throw IMAPRefusal.tryCreate }
        if let refusal = session.services.store.health.refusal { throw refusal }
        if announced.isSynchronising { session.say("+ Go on") }
        session.pendingMessage = nil
        let message = try await session.receiveMessage(of: announced.count)
        let date = date ?? unixNow()
        let result = try await session.services.store.append(
            message, to: destination.id, flags: Flags(flags), keywords: flags.keywords, internalDate: date)
        session.journal(.messageAppended, .info, "A message was appended to \(name) by IMAP", ["message": "\(message.id)"])
        return .ok("The message is kept", code: .appendUID(validity: result.uidValidity, uid: result.uid))
    }
}

extension IMAPSession {
    /// Takes an announced message and the end of its command. What fails on the way is told when all has been taken: the
    /// client is sending it in any case.
    fileprivate func receiveMessage(of count: UInt64) async throws -> IncomingMessage {
        let message = services.store.newMessage()
        var refusal: (any Error)?
        var missing = count
        while missing > 0 {
            let piece = try await bytes(atMost: Int(min(missing, 1 << 20)))
            missing -= UInt64(piece.readableBytes)
            guard refusal == nil else { continue }
            // RFC 3501 §9 `CHAR8`
            if piece.readableBytesView.contains(0) { refusal = IMAPRefusal.no("The message holds NUL octets", code: .cannot) }
            do {
                try await message.append(piece)
            } catch {
                refusal = error
            }
            if message.headerTooLarge { refusal = IMAPRefusal.no("The message's header is too large", code: .tooBig) }
        }
        let rest = try await line(limit: settings.imap.maxCommandSize.bytes, within: settings.imap.transferTimeout)
        if let more = LiteralAnnouncement(endOf: rest) { try await skip(more) }
        guard rest.isEmpty else { throw IMAPRefusal.bad("APPEND takes one message") }
        if let refusal { throw refusal }
        return message
    }
}
