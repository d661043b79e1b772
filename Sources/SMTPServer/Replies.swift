import Connections
import MailCore
import MailStore
import SMTPWire

/// Everything that a client can hear from us. Codes: RFC 5321 §4.2.3, enhanced ones: RFC 3463, RFC 2034.
extension Reply {
    // Going on.
    static let ok = Reply("250 2.0.0 Ok")
    static let senderAccepted = Reply("250 2.1.0 Sender ok")
    static let recipientAccepted = Reply("250 2.1.5 Recipient ok")
    static let startMessage = Reply("354 End with CRLF.CRLF")
    static let chunkTaken = Reply("250 2.0.0 Chunk taken")
    static let bye = Reply("221 2.0.0 Bye", endsSession: true)
    static let notVerified = Reply("252 2.5.0 Send the message and see; addresses are not told")

    static func stored(_ id: MessageID) -> Reply { Reply("250 2.0.0 Ok: stored as ", id.description) }

    // The order of things.
    static let sayHelloFirst = Reply("503 5.5.1 Say EHLO first")
    static let sayMailFirst = Reply("503 5.5.1 Say MAIL first")
    static let sayRecipientFirst = Reply("503 5.5.1 No recipient was accepted; say RCPT first")
    static let transactionIsOpen = Reply("503 5.5.1 A message is under way; end it or say RSET")

    // Encryption.
    static let startTLS = Reply("220 2.0.0 Ready to start TLS")
    static let encryptedAlready = Reply("503 5.5.1 TLS is on already")
    static let noTLS = Reply("502 5.5.1 TLS is not offered here")

    // Logging in.
    static let loggedIn = Reply("235 2.7.0 Welcome")
    static let loggedInAlready = Reply("503 5.5.1 You are logged in already")
    static let logInFirst = Reply("530 5.7.0 Log in first")
    static let startTLSFirst = Reply("530 5.7.0 Say STARTTLS first, then log in")
    static let notYourAddress = Reply("553 5.7.1 This sender's address is not yours")
    static let accountClosed = Reply("421 4.7.0 This account is closed", endsSession: true)

    // What is no SMTP.
    static let unknownCommand = Reply("500 5.5.2 Unknown command")
    static let notText = Reply("500 5.5.2 Control characters have no place in a command")
    static let lineTooLong = Reply("500 5.5.2 Line too long")
    static let noExpansion = Reply("502 5.5.1 Lists are not told")
    static let notHTTP = Reply("554 5.5.0 This is a mail server", endsSession: true)
    static let talkedFirst = Reply("554 5.5.0 You talked before the greeting", endsSession: true)
    static let talkedOn = Reply("554 5.5.0 You did not wait for the answer (RFC 2920)", endsSession: true)
    static let tooManyErrors = Reply("421 4.7.0 Too many errors", endsSession: true)

    static func malformed(_ error: SyntaxError, by rule: VerbRule) -> Reply {
        Reply(
            501, error.isOfParameter ? EnhancedStatus(5, 5, 4) : rule.malformed, ["Syntax: \(error.wanted) was expected"],
            endsSession: rule.endsSessionWhenMalformed)
    }

    // Senders and recipients.
    static let unknownParameter = Reply("555 5.5.4 A parameter is not known here")
    static let unknownBodyType = Reply("504 5.5.4 Only BODY=7BIT and BODY=8BITMIME are known here")
    static let needsUTF8 = Reply("553 5.6.7 An address beyond ASCII needs SMTPUTF8")
    static let unknownUser = Reply("550 5.1.1 No such user here")
    static let relayingDenied = Reply("550 5.7.1 Relaying denied")
    static let aliasIsBroken = Reply("451 4.3.5 The alias cannot be followed now")
    static let tooManyRecipients = Reply("452 4.5.3 Too many recipients; send the message to the rest separately")

    // Messages.
    static let tooLarge = Reply("552 5.3.4 The message is too large")
    static let farTooLarge = Reply("552 5.3.4 The message is too large", endsSession: true)
    static let headerTooLarge = Reply("552 5.3.4 The message's header is too large")
    static let bareNewline = Reply("550 5.6.11 The message has a CR or LF that stands alone (RFC 5321 section 2.3.8)")
    static let goesInCircles = Reply("554 5.4.6 The message has too many Received fields: it goes in circles")
    static let noSpace = Reply("452 4.3.1 No space for mail now; try again later")
    static let notNow = Reply("451 4.3.0 The mail store cannot be used now; try again later")

    /// What the peer hears of the store's trouble; the journal hears the rest.
    init(_ error: StoreError) {
        self = error == .noSpace ? .noSpace : .notNow
    }

    // The end.
    static let timedOut = Reply("421 4.4.2 You took too long", endsSession: true)
    static let stopping = Reply("421 4.3.2 The server is stopping; try again later", endsSession: true)

    /// The last words when waiting for the peer came to nothing.
    init(ending error: ConnectionError) {
        switch error {
        case .closed, .notEncrypted: self = .silence
        case .deadline: self = .timedOut
        case .stopping: self = .stopping
        case .lineTooLong: self = Reply("500 5.5.2 Line too long", endsSession: true)
        }
    }

    /// The only words to a connection that is one too many.
    init(refusing reason: RefusalReason) {
        switch reason {
        case .tooManyConnections, .noDescriptors: self = Reply("421 4.3.2 Too many connections; try again later", endsSession: true)
        case .tooManyFromAddress: self = Reply("421 4.7.0 Too many connections from your address", endsSession: true)
        case .stopping: self = .stopping
        }
    }
}
