/// A dialogue between clients and the server as a text file tells it. The form is described in `Tests/Scenarios/README.md`.
struct Transcript: Sendable {
    /// The file's name, as failures say it.
    let name: String
    let steps: [Step]

    struct Step: Sendable, Hashable {
        /// From 1.
        let line: Int
        let action: Action
    }
}

/// Which of a transcript's connections: `C:` is the same as `C1:`.
struct ConnectionName: Sendable, Hashable, CustomStringConvertible {
    let number: Int
    static let first = ConnectionName(number: 1)
    var description: String { "C\(number)" }
}

/// What one step does or demands.
enum Action: Sendable, Hashable {
    case given(Given)
    case connect(ServiceName, ConnectionName, account: String?)
    case send(Sending)
    /// Whole lines for the server, written with bars. A literal was announced by a step before: in IMAP its command's CRLF follows.
    case sendBlock(ConnectionName, [ClientText], isLiteral: Bool)
    case expect(ConnectionName, Expectation)
    /// The client closes.
    case close(ConnectionName)
    /// The server has closed, or does so now.
    case closed(ConnectionName)
    /// The server says nothing.
    case silent(ConnectionName)
    /// The client begins TLS.
    case tls(ConnectionName)
    /// The test's clock goes on.
    case wait(Duration)
    /// What was sent so far leaves as a packet of its own. With a time: nothing happens for so long, by the real clock.
    case pause(Duration?)
    /// The server stops as on SIGTERM, while the transcript goes on.
    case stop
    /// The server stops, and starts again with what it had stored.
    case restart
    case mailbox(MailboxState)
    case journal(JournalDemand)
}

/// One line of a client's.
struct Sending: Sendable, Hashable {
    let connection: ConnectionName
    let text: ClientText
    let times: Int
    /// Without it no CRLF follows.
    let endsLine: Bool
    /// The block whose size takes the place of `{}` or `{+}`.
    var announced: [ClientText]?
}

enum ServiceName: String, Sendable, CaseIterable {
    case smtp
    case submission
    case smtps
    case imap
    case imaps
    case pop3
    case pop3s

    enum Dialect { case smtp, imap, pop3 }

    var dialect: Dialect {
        switch self {
        case .smtp, .submission, .smtps: .smtp
        case .imap, .imaps: .imap
        case .pop3, .pop3s: .pop3
        }
    }

    /// TLS comes first.
    var isEncrypted: Bool { [.smtps, .imaps, .pop3s].contains(self) }
}

/// What holds before or changes on the way.
enum Given: Sendable, Hashable {
    case setting(key: String, value: String)
    /// Loopback is no excuse for those who log in.
    case strangers
    case domain(String)
    case account(String, isEnabled: Bool)
    case alias(String, targets: [String])
    case message(account: String, mailbox: String, flags: [String], [ClientText])
}

/// What the server shall say next.
struct Expectation: Sendable, Hashable {
    struct Line: Sendable, Hashable {
        let number: Int
        let pattern: Pattern
    }

    /// One line; for a reply of SMTP those lines of it that matter, in any order, the last one last.
    var lines: [Line]
    var times: Int
    /// Whether other lines may come before it.
    var skipsOthers: Bool
}

/// What a mailbox holds in the end.
struct MailboxState: Sendable, Hashable {
    let account: String
    let mailbox: String
    /// `nil`: there is no such mailbox.
    let messages: Int?
    /// What the newest message consists of; `nil` when that does not matter. An empty entry's pattern is an empty line.
    let content: [Content]?

    enum Content: Sendable, Hashable {
        case line(Expectation.Line)
        /// `...`: any lines.
        case others
    }
}

/// A line that the journal must, or must not, have.
struct JournalDemand: Sendable, Hashable {
    let event: String
    let isWanted: Bool
    let fields: [String: Pattern]
    /// Of the sentence.
    let message: Pattern?
}

/// The transcript itself is wrong.
struct TranscriptError: Error, CustomStringConvertible {
    let file: String
    let line: Int
    let text: String
    var description: String { "\(file):\(line) \(text)" }
}
