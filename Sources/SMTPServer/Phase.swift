/// Where a session is. RFC 5321 §4.1.4
///
/// | phase | entered by | left by |
/// |---|---|---|
/// | `connected` | the connection | EHLO, HELO |
/// | `ready` | EHLO, HELO, RSET, the end of a transaction, well or badly | MAIL |
/// | `mail` | MAIL | the first RCPT that is accepted |
/// | `recipients` | RCPT | DATA, BDAT |
/// | `chunks` | BDAT without LAST | BDAT LAST, a BDAT that failed |
///
/// RSET, EHLO and HELO lead from everywhere but `connected` to `ready`, QUIT leads out.
enum Phase {
    case connected
    case ready
    /// `mail` and `recipients`: they differ in whether a recipient was accepted.
    case mail(Transaction)
    case chunks(Reception)

    var kind: PhaseSet {
        switch self {
        case .connected: .connected
        case .ready: .ready
        case .mail(let transaction): transaction.recipientCount == 0 ? .mail : .recipients
        case .chunks: .chunks
        }
    }

    var isTransaction: Bool {
        switch self {
        case .connected, .ready: false
        case .mail, .chunks: true
        }
    }
}

/// The phases in which a verb is allowed.
struct PhaseSet: OptionSet, Sendable {
    let rawValue: UInt8

    static let connected = PhaseSet(rawValue: 1)
    static let ready = PhaseSet(rawValue: 2)
    static let mail = PhaseSet(rawValue: 4)
    static let recipients = PhaseSet(rawValue: 8)
    static let chunks = PhaseSet(rawValue: 16)

    static let always: PhaseSet = [.connected, .ready, .mail, .recipients, .chunks]
}
