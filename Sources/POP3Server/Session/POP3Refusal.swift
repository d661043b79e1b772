import Connections
import MailStore
import POP3Wire

/// How a command ended badly, or the session: a value that is the answer, `-ERR [CODE] text`. RFC 1939 §3, RFC 2449 §8
struct POP3Refusal: Error, Sendable {
    var code: ResponseCode?
    /// `nil` when nothing is said.
    var text: String?
    /// It was no sensible command: whoever goes on like this is cut off.
    var isNonsense = false
    /// These are the last words.
    var endsSession = false

    init(_ text: String?, code: ResponseCode? = nil, isNonsense: Bool = false, endsSession: Bool = false) {
        self.text = text
        self.code = code
        self.isNonsense = isNonsense
        self.endsSession = endsSession
    }

    // What is no POP3.
    static let unknownCommand = POP3Refusal("There is no such command", isNonsense: true)
    static let lineTooLong = POP3Refusal("The line is too long", isNonsense: true)
    static let tooManyErrors = POP3Refusal("Too many commands made no sense", endsSession: true)
    static let notHTTP = POP3Refusal("This is a mail server", endsSession: true)
    static let talkedOn = POP3Refusal("You did not wait for the answer", endsSession: true)

    static func malformed(_ error: MalformedLine) -> POP3Refusal {
        POP3Refusal("\(error.name) wanted \(error.wanted)", isNonsense: true)
    }

    struct MalformedLine {
        var name: CommandName
        var wanted: String
    }

    // The order of things.
    static let logInFirst = POP3Refusal("Log in first", isNonsense: true)
    static let sayUserFirst = POP3Refusal("Say USER first", isNonsense: true)
    static let loggedInAlready = POP3Refusal("You are logged in already", isNonsense: true)

    // TLS.
    static let encryptedAlready = POP3Refusal("TLS is on already", isNonsense: true)
    static let noTLS = POP3Refusal("TLS is not offered here", isNonsense: true)

    // Log-in.
    static let wrongPassword = POP3Refusal("This name and password do not belong together", code: .authentication)
    static let tooManyLogins = POP3Refusal("Too many log-ins were refused", code: .authentication, endsSession: true)
    static let encryptionRequired = POP3Refusal("Passwords are taken inside TLS only; say STLS first")
    static let unknownMechanism = POP3Refusal("There is no such mechanism here")
    static let cancelled = POP3Refusal("Cancelled")
    /// RFC 2449 §8.1.2
    static let inUse = POP3Refusal("Somebody else works on this maildrop", code: .inUse)
    static let accountClosed = POP3Refusal("This account is closed", code: .authentication, endsSession: true)

    // Messages.
    static let noSuchMessage = POP3Refusal("There is no such message")
    static let deletedMessage = POP3Refusal("This message is deleted")
    static let goneMessage = POP3Refusal("This message is gone: somebody else has removed it")
    static let unreadable = POP3Refusal("This message cannot be read any more", code: .permanently)

    // The world.
    static let notNow = POP3Refusal("This cannot be done now, try again later", code: .temporarily)
    static let nothingDeleted = POP3Refusal(
        "Nothing was deleted: it cannot be done now", code: .temporarily, endsSession: true)

    // The end.
    static let silence = POP3Refusal(nil, endsSession: true)

    /// The last words when waiting for the peer came to nothing.
    init(ending error: ConnectionError) {
        switch error {
        // RFC 1939 §3: when the time is up the connection is closed without a word.
        case .closed, .deadline, .notEncrypted: self = .silence
        case .lineTooLong: self.init("The line is too long", endsSession: true)
        case .stopping: self.init("The server is going down; nothing was deleted", code: .temporarily, endsSession: true)
        }
    }

    /// What the peer hears of the world's trouble; the journal hears the rest.
    init(_ error: any Error) {
        switch error as? StoreError {
        case .damaged, .damagedIndex: self = .unreadable
        default: self = .notNow
        }
    }
}
