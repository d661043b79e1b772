internal import MailSettings

/// Every service that mail programs and other servers can connect to, in one place: its name, its port, who may connect, and
/// whether it is to run.
struct ServiceDeclaration: Sendable {
    /// Which of the operator's two lists of interfaces it follows (F3, F4).
    enum Side: Hashable, Sendable { case smtp, mailbox }

    let name: String
    let side: Side
    let port: @Sendable (Settings) -> Int
    let isEnabled: @Sendable (Settings) -> Bool

    init(
        _ name: String, _ side: Side, port: @escaping @Sendable (Settings) -> Int,
        isEnabled: @escaping @Sendable (Settings) -> Bool = { _ in true }
    ) {
        self.name = name
        self.side = side
        self.port = port
        self.isEnabled = isEnabled
    }

    static let all = [
        ServiceDeclaration("smtp", .smtp, port: { $0.smtp.port }),
        ServiceDeclaration("submission", .smtp, port: { $0.submission.port }, isEnabled: { $0.submission.enabled }),
        ServiceDeclaration("smtps", .smtp, port: { $0.smtps.port }, isEnabled: { $0.smtps.enabled }),
        ServiceDeclaration("imap", .mailbox, port: { $0.imap.port }),
        ServiceDeclaration("imaps", .mailbox, port: { $0.imaps.port }, isEnabled: { $0.imaps.enabled }),
        ServiceDeclaration("pop3", .mailbox, port: { $0.pop3.port }),
        ServiceDeclaration("pop3s", .mailbox, port: { $0.pop3s.port }, isEnabled: { $0.pop3s.enabled }),
    ]
}
