import Connections
import IMAPWire
import MailStore

/// What the world does, as a peer may hear it; the journal hears the rest.
extension IMAPRefusal {
    init(_ error: StoreError) {
        self =
            switch error {
            case .noSuchMailbox: .noSuchMailbox
            case .mailboxExists: .mailboxExists
            case .nameNotAllowed: .nameNotAllowed
            case .tooManyKeywords: .no("The mailbox has as many keywords as it can have", code: .limit)
            case .noSpace: .no("There is no room for more mail", code: .overQuota)
            case .unavailable, .tooNew: .unavailable
            case .damaged, .damagedIndex: .no("This cannot be read any more", code: .corruption)
            }
    }
}

extension StoreError {
    /// Whether somebody who runs the server must know.
    var isTheWorlds: Bool {
        switch self {
        case .noSpace, .unavailable, .damaged, .damagedIndex, .tooNew: true
        case .noSuchMailbox, .mailboxExists, .nameNotAllowed, .tooManyKeywords: false
        }
    }
}

extension Farewell {
    init(_ error: ConnectionError) {
        switch error {
        case .closed, .notEncrypted: self.init(nil)
        case .deadline: self.init("Nothing was heard for too long")
        case .lineTooLong: self.init("The line is too long", code: .tooBig)
        case .stopping: self.init("The server is going down", code: .unavailable)
        }
    }
}
