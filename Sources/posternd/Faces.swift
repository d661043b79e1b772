internal import Authentication
internal import Connections
internal import Delivery
internal import IMAPServer
internal import Logging
internal import MailSettings
internal import MailStore
internal import POP3Server
internal import SMTPServer
internal import StateStore

/// The services that peers connect to, with how each encrypts: a sender, a reader and an older reader, in the clear at
/// first and behind TLS.
struct Faces {
    let services: [Connections.Service]

    init(
        settings: LiveSettings, state: StateStore, mail: MailStore, desk: LoginDesk, reports: ReportDesk, encryption: ServerEncryption,
        hostname: String, logger: Logger
    ) {
        let smtp = SMTPServices(
            settings: settings, state: state, store: mail, desk: desk, reports: reports, hostname: hostname, logger: logger)
        let imap = IMAPServices(settings: settings, state: state, desk: desk, store: mail, hostname: hostname, logger: logger)
        let pop3 = POP3Services(settings: settings, state: state, desk: desk, store: mail, hostname: hostname, logger: logger)
        services = [
            SMTPFace.service(smtp, as: .relay, encryption: encryption.service(.smtp, isImplicit: false)),
            SMTPFace.service(smtp, as: .submission, encryption: encryption.service(.smtp, isImplicit: false)),
            SMTPFace.service(smtp, as: .submissions, encryption: encryption.service(.smtp, isImplicit: true)),
            IMAPFace.service(imap, encryption: encryption.service(.mailbox, protocols: ["imap"], isImplicit: false)),
            IMAPFace.service(imap, encryption: encryption.service(.mailbox, protocols: ["imap"], isImplicit: true)),
            POP3Face.service(pop3, encryption: encryption.service(.mailbox, protocols: ["pop3"], isImplicit: false)),
            POP3Face.service(pop3, encryption: encryption.service(.mailbox, protocols: ["pop3"], isImplicit: true)),
        ]
    }
}
