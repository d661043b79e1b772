import Connections
import Delivery
import Logging
import MailCore
import MailSettings
import SMTPWire
import StateStore

/// `RCPT TO:<forward-path>` — adds a recipient, a local one: nothing is passed on to other servers. RFC 5321 §4.1.1.3
struct RcptVerb: SMTPVerb {
    static let rule = VerbRule("RCPT", in: [.mail, .recipients], mayPipeline: true, malformed: EnhancedStatus(5, 1, 3))

    let recipient: ForwardPath
    let hasParameters: Bool

    init(parsing line: inout Scanner) throws(SyntaxError) {
        try line.expect("TO:")
        recipient = try line.forwardPath()
        var hasParameters = false
        while try line.parameter() != nil { hasParameters = true }
        self.hasParameters = hasParameters
    }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        guard case .mail(var transaction) = session.phase else { preconditionFailure("the rule lets RCPT in only behind MAIL") }
        if hasParameters { throw .unknownParameter }
        if !transaction.isUTF8, !recipient.isASCII { throw .needsUTF8 }
        // RFC 5321 §4.5.3.1.10
        if transaction.recipientCount >= services.settings.smtp.maxRecipients { throw .tooManyRecipients }
        let accounts = try accounts(in: session, with: services)
        // Two references would make a copy of a thousand recipients for each new one.
        session.phase = .ready
        transaction.add(recipient, reaching: accounts)
        session.phase = .mail(transaction)
        return .recipientAccepted
    }

    private func accounts(in session: SMTPSession, with services: SMTPServices) throws(Reply) -> [Account] {
        let resolver = RecipientResolver(directory: services.state.directory, delimiter: services.settings.accounts.delimiter)
        let address: MailAddress
        switch recipient {
        case .postmaster:
            guard case .accounts(let accounts) = resolver.resolvePostmaster() else { throw .unknownUser }
            return accounts
        case .address(let named): address = named
        }
        switch resolver.resolve(address) {
        case .accounts(let accounts): return accounts
        case .unknownUser: throw .unknownUser
        case .notLocal: throw .relayingDenied
        case .leadsElsewhere(let target): journal("leads to \(target), which is not here", address, session, services)
        case .loop: journal("leads to nobody", address, session, services)
        case .tooManyTargets: journal("leads to too many addresses", address, session, services)
        }
        throw .aliasIsBroken
    }

    /// The operator's fault, seen when mail comes for the alias.
    private func journal(_ what: String, _ alias: MailAddress, _ session: SMTPSession, _ services: SMTPServices) {
        var metadata = Logger.Metadata.smtp(.worldFailed, session.connection.peer)
        metadata["account"] = "\(alias)"
        services.logger.warning("Mail is put off: an alias \(what).", metadata: metadata)
    }
}
