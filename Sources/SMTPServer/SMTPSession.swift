import Connections
import Logging
import MailCore
import MailSettings
import NIOCore
import SMTPWire

/// The dialogue with one peer: a value that its task owns and that verbs change. RFC 5321
struct SMTPSession {
    /// What the peer called itself, and with which verb.
    struct Greeting {
        var name: HeloName
        var isExtended: Bool
    }

    let connection: Connection
    var phase = Phase.connected
    var greeting: Greeting?
    /// Who the peer has proved to be: only such a one may send to other servers. Set by the log-in.
    var submitter: AccountID?
    private var refusals = 0
    private var answers = 0

    /// Pipelined commands that are answered before other sessions have their turn.
    private static let turn = 64
    /// Octets. Nobody who sends a longer line means a command.
    private static let longestSkip = 1 << 20

    /// From the greeting to the last word; what was said last is delivered after it returns.
    static func serve(_ connection: Connection, with services: SMTPServices) async {
        var session = SMTPSession(connection: connection)
        var services = services
        do throws(Reply) {
            services.takeNewSettings()
            try await session.greet(with: services)
            while true { try await session.step(with: &services) }
        } catch {
            session.say(error)
        }
    }

    private init(connection: Connection) { self.connection = connection }

    func say(_ reply: Reply) {
        connection.withOutput { output in
            reply.write { _ = output.writeBytes($0) }
        }
    }

    /// Who talks before it was greeted is no mail server. RFC 5321 §3.1, §4.3.1
    private func greet(with services: SMTPServices) async throws(Reply) {
        let delay = connection.peer.address.isLoopback ? .zero : services.settings.smtp.bannerDelay
        if delay == .zero {
            await connection.yield()
        } else {
            do throws(ConnectionError) {
                _ = try await connection.waitForInput(within: delay)
            } catch {
                if error != .deadline { throw Reply(ending: error) }
            }
        }
        if connection.hasBufferedInput { throw .talkedFirst }
        connection.write("220 \(services.ownName) ESMTP Postern\r\n")
    }

    /// One command and its answer. Throws the last words.
    private mutating func step(with services: inout SMTPServices) async throws(Reply) {
        let reply = await nextAnswer(with: &services)
        if reply.endsSession { throw reply }
        say(reply)
        if reply.kind >= 4 {
            services.logger.debug("A command is refused: \(reply)", metadata: .smtp(.messageRefused, connection.peer))
        }
        answers &+= 1
        if answers.isMultiple(of: Self.turn), connection.hasBufferedInput { await connection.yield() }
        guard reply.isRefusal else { return }
        refusals += 1
        if refusals >= services.settings.smtp.maxErrors { throw .tooManyErrors }
    }

    private mutating func nextAnswer(with services: inout SMTPServices) async -> Reply {
        let smtp = services.settings.smtp
        do throws(ConnectionError) {
            let line = try await connection.line(limit: smtp.maxCommandLine.bytes, within: smtp.commandTimeout)
            if !phase.isTransaction { services.takeNewSettings() }
            return await answer(line, with: services)
        } catch {
            return error == .lineTooLong ? await skipLine(within: smtp.commandTimeout) : Reply(ending: error)
        }
    }

    /// The one place where a line becomes an answer: which verb it is, whether it is read, and whether its rule allows it now.
    mutating func answer(_ line: [UInt8], with services: SMTPServices) async -> Reply {
        guard !CommandLine.hasControlCharacter(line) else { return .notText }
        var scanner = CommandLine.scanner(line)
        guard let name = try? scanner.verbName() else { return .unknownCommand }
        guard let type = SMTPVerbs.named(name) else { return CommandLine.isHTTP(name) ? .notHTTP : .unknownCommand }
        let rule = type.rule
        // Without EHLO nobody was told that pipelining is allowed. RFC 2920 §3.1
        if connection.hasBufferedInput, !(rule.mayPipeline && greeting?.isExtended == true) { return .talkedOn }
        let verb: any SMTPVerb
        do throws(SyntaxError) {
            verb = try type.init(parsing: &scanner)
        } catch {
            return .malformed(error, by: rule)
        }
        do throws(Reply) {
            guard rule.phases.contains(phase.kind) else {
                try await verb.forgo(in: &self, with: services)
                throw outOfOrder(rule)
            }
            return try await verb.perform(in: &self, with: services)
        } catch {
            return error
        }
    }

    /// What should have come instead.
    private func outOfOrder(_ rule: VerbRule) -> Reply {
        switch phase.kind {
        case .connected: .sayHelloFirst
        case .ready: .sayMailFirst
        case .mail where rule.phases.contains(.recipients): .sayRecipientFirst
        default: .transactionIsOpen
        }
    }

    /// Drops what is left of a line that is too long, so that the next one is read as a command again.
    private func skipLine(within limit: Duration) async -> Reply {
        var isOver = false
        var skipped = 0
        while !isOver, skipped < Self.longestSkip {
            do throws(ConnectionError) {
                try await connection.input(within: limit) { raw in
                    let end = raw.firstIndex(of: 10)
                    isOver = end != nil
                    skipped += raw.count
                    return end.map { $0 + 1 } ?? raw.count
                }
            } catch {
                return Reply(ending: error)
            }
        }
        return isOver ? .lineTooLong : Reply(ending: .lineTooLong)
    }
}
