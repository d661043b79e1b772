/// Where a session stands. RFC 3501 §3
///
/// | phase | entered by | left by |
/// |---|---|---|
/// | not authenticated | the greeting | a log-in |
/// | authenticated | a log-in, CLOSE, UNSELECT, a SELECT that fails | SELECT, EXAMINE |
/// | selected | SELECT, EXAMINE | CLOSE, UNSELECT, another SELECT, DELETE of the mailbox |
/// | over | LOGOUT, a time-out, a stop, too many errors | – |
enum Phase: Sendable {
    case notAuthenticated
    case authenticated
    case selected
}

/// In which phases a command is allowed.
struct PhaseSet: OptionSet, Sendable {
    let rawValue: UInt8

    static let notAuthenticated = PhaseSet(rawValue: 1)
    static let selected = PhaseSet(rawValue: 4)
    /// With or without a mailbox.
    static let loggedIn = PhaseSet(rawValue: 6)
    static let any = PhaseSet(rawValue: 7)

    func contains(_ phase: Phase) -> Bool {
        switch phase {
        case .notAuthenticated: rawValue & 1 != 0
        case .authenticated: rawValue & 2 != 0
        case .selected: rawValue & 4 != 0
        }
    }
}
