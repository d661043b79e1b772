import Authentication
import Connections
import MailCore
import MailSettings
import MailStore
import StateStore

/// Logging in, however the name and the password came. RFC 1939 §7, RFC 5034 §4
extension POP3Session {
    /// Waits for the login desk, which may let the peer wait.
    mutating func atDesk<T>(
        _ body: (inout Login) async throws(ConnectionError) -> T
    ) async throws(POP3Refusal) -> T {
        name = nil
        do throws(ConnectionError) {
            return try await body(&login)
        } catch {
            throw POP3Refusal(ending: error)
        }
    }

    /// The maildrop of somebody who has proved who he is, for this session alone. What the last QUIT has deleted is gone first, should
    /// a crash have come between. RFC 1939 §4
    mutating func enter(_ account: Account) async throws(POP3Refusal) -> Answer {
        guard let lock = services.locks.take(account.id) else { throw .inUse }
        var counters = try await inbox(of: account)
        if counters.hasRemovals {
            try await finishRemovals(from: counters.id)
            counters = try await inbox(of: account)
        }
        self.account = account
        maildrop = Maildrop(counters, lock: lock)
        connection.isPatientUnderLoad = true
        return .ok(summary)
    }

    /// An account made elsewhere gets its mailboxes when it is first used (F39).
    private func inbox(of account: Account) async throws(POP3Refusal) -> MailboxCounters {
        let id = account.id
        if let counters = try await read({ try $0.counters(of: "INBOX", of: id) }) { return counters }
        do throws(StoreError) {
            try await services.store.provision(id, address: account.address, folders: settings.mailbox.folders)
        } catch {
            journalFailure(error)
            throw POP3Refusal(error)
        }
        guard let counters = try await read({ try $0.counters(of: "INBOX", of: id) }) else { throw .notNow }
        return counters
    }
}

extension POP3Refusal {
    /// The answer to somebody who was not let in. RFC 3206 §4
    init(_ refusal: LoginRefusal) {
        self =
            switch refusal {
            case .unknownMechanism: .unknownMechanism
            case .encryptionRequired: .encryptionRequired
            case .malformed(let wanted): .malformed(MalformedLine(name: Auth.rule.name, wanted: wanted))
            case .cancelled: .cancelled
            case .wrong: .wrongPassword
            case .busy: .notNow
            case .tooManyFailures: .tooManyLogins
            }
    }
}
