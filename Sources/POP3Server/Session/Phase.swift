/// Where a session stands. RFC 1939 §3
///
/// | state | phase | entered by | left by |
/// |---|---|---|---|
/// | AUTHORIZATION | `stranger` | the greeting, a log-in that was refused | USER, AUTH, QUIT |
/// | AUTHORIZATION | `named` | USER | PASS, AUTH, QUIT |
/// | TRANSACTION | `transaction` | a log-in that got the maildrop for itself | QUIT |
/// | UPDATE | – | QUIT in TRANSACTION: it lasts for one commit, in which everything goes that DELE has marked | – |
///
/// Everything else that ends a session (the peer goes, a time-out, a stop, too many errors) ends it where it stands: without QUIT
/// there is no UPDATE, and nothing is removed. RFC 1939 §6
enum Phase: Sendable {
    case stranger
    case named
    case transaction
}

/// In which phases a command is allowed.
struct PhaseSet: OptionSet, Sendable {
    let rawValue: UInt8

    static let named = PhaseSet(rawValue: 2)
    static let authorization = PhaseSet(rawValue: 3)
    static let transaction = PhaseSet(rawValue: 4)
    static let any = PhaseSet(rawValue: 7)

    func contains(_ phase: Phase) -> Bool {
        switch phase {
        case .stranger: rawValue & 1 != 0
        case .named: rawValue & 2 != 0
        case .transaction: rawValue & 4 != 0
        }
    }
}
