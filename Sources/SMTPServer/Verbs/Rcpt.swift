import Connections
import Delivery
import Logging
import MailCore
import MailSettings
import SMTPWire
import StateStore

/// `RCPT TO:<forward-path> [NOTIFY=…] [ORCPT=type;address]` — adds a recipient: one of ours, or for those who may relay one on another server. RFC 5321 §4.1.1.3
struct RcptVerb: SMTPVerb {
    static let rule = VerbRule("RCPT", in: [.mail, .recipients], mayPipeline: true, malformed: EnhancedStatus(5, 1, 3))

    let recipient: ForwardPath
    let parameters: RecipientParameters

    init(parsing line: inout Scanner) throws(SyntaxError) {
        try line.expect("TO:")
        recipient = try line.forwardPath()
        parameters = try RecipientParameters(parsing: &line)
    }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        guard case .mail(var transaction) = session.phase else { preconditionFailure("the rule lets RCPT in only behind MAIL") }
        if parameters.hasUnknown { throw .unknownParameter }
        if !transaction.isUTF8, !recipient.isASCII { throw .needsUTF8 }
        // RFC 5321 §4.5.3.1.10
        if transaction.recipientCount >= services.settings.smtp.maxRecipients { throw .tooManyRecipients }
        let reached = try reached(by: transaction, in: session, with: services)
        // Two references would make a copy of a thousand recipients for each new one.
        session.phase = .ready
        transaction.add(recipient, parameters, reaching: reached.accounts, elsewhere: reached.elsewhere)
        session.phase = .mail(transaction)
        return .recipientAccepted
    }

    /// The mailboxes behind the recipient, and the addresses on other servers.
    private func reached(
        by transaction: Transaction, in session: SMTPSession, with services: SMTPServices
    ) throws(Reply) -> (accounts: [Account], elsewhere: [MailAddress]) {
        let resolver = RecipientResolver(directory: services.state.directory, delimiter: services.settings.accounts.delimiter)
        let resolution: Resolution
        let address: MailAddress?
        switch recipient {
        case .postmaster: (resolution, address) = (resolver.resolvePostmaster(), nil)
        case .address(let named): (resolution, address) = (resolver.resolve(named), named)
        }
        switch resolution {
        case .accounts(let accounts): return (accounts, [])
        case .alsoElsewhere(let elsewhere, let accounts): return (accounts, elsewhere)
        case .unknownUser: throw .unknownUser
        case .notLocal:
            guard transaction.submitter != nil, let address else { throw .relayingDenied }
            return ([], [address])
        case .loop: journal("leads to nobody", session, services)
        case .tooManyTargets: journal("leads to too many addresses", session, services)
        }
        throw .aliasIsBroken
    }

    /// The operator's fault, seen when mail comes for the alias.
    private func journal(_ what: String, _ session: SMTPSession, _ services: SMTPServices) {
        var metadata = Logger.Metadata.smtp(.worldFailed, session.connection.peer)
        metadata["account"] = "\(recipient)"
        services.logger.warning("Mail is put off: an alias \(what).", metadata: metadata)
    }
}
