/// What a port is for. Whoever has logged in is treated alike on all of them: programs of the LAN send through port 25.
public enum SMTPRole: String, CaseIterable, Sendable {
    /// Mail from other servers, and from who logs in. RFC 5321
    case relay = "smtp"
    /// Mail from mail programs, which log in first. RFC 6409
    case submission
    /// The same, encrypted from the beginning. RFC 8314 §3.3
    case submissions = "smtps"

    /// Whether nobody sends without logging in. RFC 6409 §4.3
    var demandsLogin: Bool { self != .relay }
}
