import IMAPWire

/// How a command ended well: `tag OK [code] text`. RFC 3501 §7.1.1
struct Completion: Sendable {
    var code: ResponseCode?
    var text: String

    static func ok(_ text: String, code: ResponseCode? = nil) -> Completion { Completion(code: code, text: text) }
}

/// How a command ended badly; a value that is the answer. RFC 3501 §7.1.2, §7.1.3
struct IMAPRefusal: Error, Sendable {
    enum Status: String, Sendable {
        /// It was understood and could not be done.
        case no = "NO"
        /// It made no sense.
        case bad = "BAD"
    }

    var status: Status
    var code: ResponseCode?
    var text: String

    static func no(_ text: String, code: ResponseCode? = nil) -> IMAPRefusal { IMAPRefusal(status: .no, code: code, text: text) }
    static func bad(_ text: String, code: ResponseCode? = nil) -> IMAPRefusal { IMAPRefusal(status: .bad, code: code, text: text) }

    static let noSuchMailbox = no("There is no such mailbox", code: .nonExistent)
    /// RFC 3501 §7.1: the client may make the mailbox and try again.
    static let tryCreate = no("There is no such mailbox", code: .tryCreate)
    static let mailboxExists = no("There is a mailbox of this name already", code: .alreadyExists)
    static let nameNotAllowed = no("No mailbox can have this name", code: .cannot)
    static let readOnly = no("The mailbox was opened for reading only", code: .readOnly)
    static let tooLarge = no("The message is larger than this server takes", code: .tooBig)
    static let unavailable = no("This cannot be done now, try again later", code: .unavailable)
    /// RFC 2180 §4.1.3, RFC 5530 §3: somebody else has expunged some of the messages.
    static let someAreGone = no("Some of these messages are gone", code: .expungeIssued)
    static let beyondMailbox = bad("There are not so many messages in the mailbox")
}

/// The last words to a peer. RFC 3501 §7.1.5
struct Farewell: Error, Sendable {
    var code: ResponseCode?
    /// `nil` when nobody listens any more.
    var text: String?

    init(_ text: String?, code: ResponseCode? = nil) {
        self.text = text
        self.code = code
    }
}
