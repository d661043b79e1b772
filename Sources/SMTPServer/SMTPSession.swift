import Authentication
import Connections
import Logging
import MailCore
import MailSettings
import NIOCore
import SMTPWire
import StateStore

/// The dialogue with one peer: a value that its task owns and that verbs change. RFC 5321
struct SMTPSession {
    /// What the peer called itself, and with which verb.
    struct Greeting {
        var name: HeloName
        var isExtended: Bool
    }

    let connection: Connection
    let role: SMTPRole
    var phase = Phase.connected
    var greeting: Greeting?
    /// Who is logged in.
    var account: Account?
    var login: Login
    private var refusals = 0
    private var answers = 0

    /// Pipelined commands that are answered before other sessions have their turn.
    private static let turn = 64
    /// Octets. Nobody who sends a longer line means a command.
    private static let longestSkip = 1 << 20

    /// From the greeting to the last word; what was said last is delivered after it returns.
    static func serve(_ connection: Connection, as role: SMTPRole, with services: SMTPServices) async {
        var session = SMTPSession(connection: connection, role: role, login: Login(at: services.desk, over: connection))
        var services = services
        do throws(Reply) {
            services.takeNewSettings()
            try await session.greet(with: services)
            while true { try await session.step(with: &services) }
        } catch {
            session.say(error)
        }
    }

    private init(connection: Connection, role: SMTPRole, login: Login) {
        self.connection = connection
        self.role = role
        self.login = login
    }

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
            let limit = smtp.maxCommandLine.bytes
            let line = try await connection.line(limit: max(limit, mayLogIn ? Self.authLineLimit : 0), within: smtp.commandTimeout)
            if line.count + 2 > limit, !line.prefix(5).equalsIgnoringCase("AUTH ".utf8) { return .lineTooLong }
            if !phase.isTransaction { services.takeNewSettings() }
            return await answer(line, with: services)
        } catch {
            return error == .lineTooLong ? await skipLine(within: smtp.commandTimeout) : Reply(ending: error)
        }
    }

    /// Whether AUTH, whose line may be longer than others, can be said now.
    private var mayLogIn: Bool {
        if case .ready = phase { account == nil } else { false }
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
