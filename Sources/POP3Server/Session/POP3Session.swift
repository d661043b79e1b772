import Authentication
import Connections
import MailCore
import MailSettings
import POP3Wire
import StateStore

/// The dialogue with one peer: a value that its task owns and that commands change. RFC 1939
struct POP3Session {
    let connection: Connection
    let services: POP3Services
    /// The settings of the command that is being answered.
    var settings: Settings
    /// What USER said, until a log-in comes of it or not.
    var name: [UInt8]?
    var login: Login
    /// Who is logged in.
    var account: Account?
    /// Never without an account.
    var maildrop: Maildrop?
    var readAhead = ReadAhead()
    /// Whether what we say next would be taken for a message's text.
    var isInsideAnswer = false
    var isOver = false

    private var nonsense = 0
    private var answers = 0
    private let begin = ContinuousClock.now

    /// Pipelined commands that are answered before other sessions have their turn: half a megabyte of small messages.
    private static let turn = 128

    var phase: Phase { maildrop != nil ? .transaction : name != nil ? .named : .stranger }

    /// From the greeting to the last word; what was said last is delivered after it returns.
    static func serve(_ connection: Connection, with services: POP3Services) async {
        var session = POP3Session(connection: connection, services: services, settings: services.settings.current)
        do throws(POP3Refusal) {
            // No angle brackets: they would offer APOP. RFC 1939 §7
            connection.write("+OK \(services.hostname) POP3 ready\r\n")
            while !session.isOver { try await session.step() }
        } catch {
            session.say(error)
        }
        await session.leave()
    }

    private init(connection: Connection, services: POP3Services, settings: Settings) {
        self.connection = connection
        self.services = services
        self.settings = settings
        login = Login(at: services.desk, over: connection)
    }

    /// How long we wait for the next command.
    var patience: Duration {
        guard account == nil else { return settings.pop3.idleTimeout }
        return max(.zero, settings.pop3.loginTimeout - (ContinuousClock.now - begin))
    }

    /// One command and its answer. Throws the last words.
    private mutating func step() async throws(POP3Refusal) {
        settings = services.settings.current
        do throws(POP3Refusal) {
            let line = try await nextCommand()
            // Ten minutes may have gone by.
            settings = services.settings.current
            try checkAccount()
            say(try await answer(line))
            nonsense = 0
        } catch {
            guard !error.endsSession else { throw error }
            say(error)
            if error.isNonsense { nonsense += 1 }
            if nonsense >= settings.pop3.maxErrors { throw .tooManyErrors }
        }
        answers &+= 1
        if answers.isMultiple(of: Self.turn), connection.hasBufferedInput { await connection.yield() }
    }

    /// The one place where a line becomes an answer: which command it is, whether its rule allows it now, and what came of it.
    private mutating func answer(_ line: [UInt8]) async throws(POP3Refusal) -> Answer {
        var scanner = Scanner(line)
        guard let name = try? scanner.commandName() else { throw .unknownCommand }
        guard let type = POP3Commands.named(name) else { throw name.isHTTP && account == nil ? .notHTTP : .unknownCommand }
        let rule = type.rule
        if !rule.mayPipeline, connection.hasBufferedInput { throw .talkedOn }
        guard rule.phases.contains(phase) else { throw outOfPhase(rule) }
        let command: any POP3Command
        do throws(SyntaxError) {
            command = try type.init(parsing: &scanner)
        } catch {
            throw .malformed(POP3Refusal.MalformedLine(name: name, wanted: error.wanted))
        }
        return try await command.perform(in: &self)
    }

    /// What should have come instead.
    private func outOfPhase(_ rule: CommandRule) -> POP3Refusal {
        if phase == .transaction { return .loggedInAlready }
        return rule.phases == .named ? .sayUserFirst : .logInFirst
    }

    /// Whoever was locked out meanwhile is not served any more.
    private func checkAccount() throws(POP3Refusal) {
        guard let account else { return }
        guard services.state.directory.account(account.id)?.enabled == true else { throw .accountClosed }
    }

    /// However it ends: the maildrop is free for the next session before the peer can hear that this one is over, and what was
    /// read is marked so.
    private mutating func leave() async {
        guard let maildrop else { return }
        self.maildrop = nil
        maildrop.unlock()
        connection.flush()
        await markSeen(maildrop.seen, in: maildrop.id)
    }
}
