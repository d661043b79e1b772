import Authentication
import Connections
import IMAPWire
import MailCore
import MailSettings
import MailStore
import StateStore

/// Logging in, however the name and the password came. RFC 3501 §6.2.2, §6.2.3
extension IMAPSession {
    /// What CAPABILITY says of it: only what can be done now. RFC 3501 §6.2.1, §6.2.3, §7.2.1
    var loginCapabilities: [String] {
        let conditions = LoginConditions(of: connection)
        let ways = (connection.canStartTLS ? ["STARTTLS"] : []) + services.desk.mechanisms(under: conditions).map { "AUTH=\($0)" }
        return services.desk.passwordRefusal(under: conditions) == nil ? ways : ways + ["LOGINDISABLED"]
    }

    mutating func welcome(_ account: Account) async -> Completion {
        self.account = account
        connection.isPatientUnderLoad = true
        await provideInbox()
        return .ok("Welcome", code: .capability(capabilities))
    }

    /// The answer to somebody who was not let in. Throws a `Farewell` when that was the last time.
    func refusal(_ refusal: LoginRefusal) throws(Farewell) -> IMAPRefusal {
        switch refusal {
        case .unknownMechanism: .no("There is no such mechanism here", code: .cannot)
        // RFC 5530 §3
        case .encryptionRequired: .no("Passwords are taken inside TLS only", code: .privacyRequired)
        case .malformed(let wanted): .bad("The exchange wanted \(wanted)")
        case .cancelled: .bad("Cancelled")
        case .wrong: .no("This name and password do not belong together", code: .authenticationFailed)
        case .busy: .unavailable
        case .tooManyFailures: throw Farewell("Too many log-ins were refused", code: .authenticationFailed)
        }
    }

    /// An account made elsewhere gets its mailboxes when it is first used (F39).
    func provideMailboxes() async throws {
        try await services.store.provision(owner.id, address: owner.address, folders: settings.mailbox.folders)
    }

    private func provideInbox() async {
        let id = owner.id
        do {
            if try await services.store.read({ try $0.mailbox("INBOX", of: id) }) == nil { try await provideMailboxes() }
        } catch {
            // Then SELECT says what is the matter.
            journalFailure(error)
        }
    }
}
