import Connections
import IMAPWire
import Logging
import MailCore
import MailSettings
import MailStore
import StateStore

/// Logging in, however the name and the password came. RFC 3501 §6.2.2, §6.2.3
extension IMAPSession {
    mutating func logIn(_ login: String, as authorization: String = "", password: [UInt8]) async throws -> Completion {
        switch await services.authenticator.verify(login: login, authorization: authorization, password: password) {
        case .success(let account):
            self.account = account
            connection.isPatientUnderLoad = true
            journal(.loginSucceeded, .info, "\(account.address) logged in by IMAP")
            await provideInbox()
            return .ok("Welcome", code: .capability(capabilities))
        case .failure(.busy): throw IMAPRefusal.unavailable
        case .failure(.wrong), .failure(.disabled):
            try await refuseLogin(login)
        }
    }

    /// Guessing becomes slow, and ends. Web mail and other programs of this machine try for many people and are not held up.
    private mutating func refuseLogin(_ login: String) async throws -> Never {
        failedLogins += 1
        journal(.loginFailed, .notice, "A log-in by IMAP was refused", ["account": "\(completed(login))"])
        if !connection.peer.address.isLoopback {
            connection.flush()
            try? await Task.sleep(for: .seconds(min(1 << (failedLogins - 1), 8)))
        }
        let refusal = IMAPRefusal.no("This name and password do not belong together", code: .authenticationFailed)
        guard failedLogins >= settings.imap.maxLoginFailures else { throw refusal }
        throw Farewell("Too many log-ins were refused", code: .authenticationFailed)
    }

    /// The name as the authenticator took it (F33), for the journal.
    private func completed(_ login: String) -> String {
        login.utf8.contains(UInt8(ascii: "@")) ? login : "\(login)@\(settings.login.defaultDomain)"
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
