import Authentication
import Connections
import IMAPWire
import MailCore
import MailSettings
import MailStore
import StateStore

/// The dialogue with one peer: a value that its task owns and that commands change. RFC 3501
struct IMAPSession {
    let connection: Connection
    let services: IMAPServices
    /// The settings of the command that is being answered.
    var settings: Settings
    /// Who is logged in.
    var account: Account?
    /// What is selected; never without an account.
    var view: MailboxView?
    /// A message that APPEND announced and nobody has taken off the wire yet.
    var pendingMessage: LiteralAnnouncement?
    /// Whether what we say next would be taken for a message's text.
    var isInsideLiteral = false
    var isOver = false
    /// Behind the answer to STARTTLS.
    var startsTLS = false
    var login: Authentication.Login
    /// What the client was told of flags by the command itself, which is no news any more.
    var toldFlags: [UID: ModSeq] = [:]

    var errors = 0
    private var answers = 0
    private let begin = ContinuousClock.now

    /// Pipelined commands that are answered before other sessions have their turn.
    private static let turn = 32

    var phase: Phase { view != nil ? .selected : account != nil ? .authenticated : .notAuthenticated }

    /// From the greeting to the last word; what was said last is delivered after it returns.
    static func serve(_ connection: Connection, with services: IMAPServices) async {
        var session = IMAPSession(connection: connection, services: services, settings: services.settings.current)
        do throws(Farewell) {
            connection.write("* OK \(session.capabilityCode) \(services.hostname) IMAP4rev1 ready\r\n")
            while !session.isOver { try await session.step() }
        } catch {
            session.say(error)
        }
    }

    private init(connection: Connection, services: IMAPServices, settings: Settings) {
        self.connection = connection
        self.services = services
        self.settings = settings
        login = Authentication.Login(at: services.desk, over: connection)
    }

    /// How long we wait for the next command.
    var patience: Duration {
        guard account == nil else { return settings.imap.idleTimeout }
        return max(.zero, settings.imap.loginTimeout - (ContinuousClock.now - begin))
    }

    private mutating func step() async throws(Farewell) {
        settings = services.settings.current
        guard let command = try await nextCommand() else { return }
        // Half an hour may have gone by.
        settings = services.settings.current
        try checkAccount()
        let (tag, outcome) = try await answer(command)
        // The rest of a message that was refused must not be taken for commands.
        if let pending = pendingMessage {
            pendingMessage = nil
            try await skip(pending)
        }
        try say(outcome, to: tag)
        if startsTLS { try await startTLS() }
        answers &+= 1
        if answers.isMultiple(of: Self.turn), connection.hasBufferedInput { await connection.yield() }
    }

    /// The one place where octets become an answer: which command it is, whether its rule allows it now, and what came of it.
    private mutating func answer(_ command: [UInt8]) async throws(Farewell) -> (tag: [UInt8]?, Result<Completion, IMAPRefusal>) {
        var line = Scanner(command)
        guard let head = try? CommandHead(parsing: &line) else {
            return (CommandHead.tag(of: command), .failure(.bad("This is no command")))
        }
        guard let type = IMAPCommands.named(head.name), !head.byUID || type.rule.uid == .either else {
            try refuseWeb(head)
            return (head.tag, .failure(.bad("There is no such command")))
        }
        let rule = type.rule
        guard rule.phases.contains(phase) else { return (head.tag, .failure(.bad(outOfPhase))) }
        let parsed: any IMAPCommand
        do throws(SyntaxError) {
            parsed = try type.init(parsing: &line, byUID: head.byUID)
        } catch {
            return (head.tag, .failure(.bad("\(head.name) wanted \(error.wanted) at \(error.offset)")))
        }
        let outcome = try await perform(parsed)
        try await tellNews(rule, byUID: head.byUID)
        return (head.tag, outcome)
    }

    /// Three kinds of errors: the peer's are answers, the world's become one and are told to the journal, a lost peer ends it all.
    private mutating func perform(_ command: any IMAPCommand) async throws(Farewell) -> Result<Completion, IMAPRefusal> {
        do {
            return .success(try await command.perform(in: &self))
        } catch let refusal as IMAPRefusal {
            return .failure(refusal)
        } catch let error as StoreError {
            if error.isTheWorlds { journalFailure(error) }
            return .failure(IMAPRefusal(error))
        } catch let farewell as Farewell {
            throw farewell
        } catch let error as ConnectionError {
            throw Farewell(error)
        } catch {
            journalFailure(error)
            return .failure(.unavailable)
        }
    }

    private var outOfPhase: String {
        switch phase {
        case .notAuthenticated: "Log in first"
        case .authenticated: "This needs a selected mailbox"
        case .selected: "You are logged in already"
        }
    }

    /// Whoever was locked out meanwhile is not served any more.
    func checkAccount() throws(Farewell) {
        guard let account else { return }
        guard services.state.directory.account(account.id)?.enabled == true else { throw Farewell("This account is closed") }
    }

    /// A web browser that was talked into speaking to us sends its lines as commands: do not let it go on.
    private func refuseWeb(_ head: CommandHead) throws(Farewell) {
        guard account == nil, head.name.utf8.first == UInt8(ascii: "/") || head.name.utf8.starts(with: "HTTP".utf8),
            ["GET", "POST", "HEAD", "PUT", "OPTIONS", "CONNECT"].contains(String(decoding: head.tag, as: UTF8.self))
        else { return }
        throw Farewell("This is no web server", code: .clientBug)
    }
}
