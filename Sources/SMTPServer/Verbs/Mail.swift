import Authentication
import Connections
import Delivery
import MailCore
import MailSettings
import SMTPWire
import StateStore

/// `MAIL FROM:<reverse-path> [SIZE=n] [BODY=type] [SMTPUTF8] [RET=…] [ENVID=xtext]` — opens a transaction. RFC 5321 §4.1.1.2
struct MailVerb: SMTPVerb {
    static let rule = VerbRule("MAIL", in: .ready, mayPipeline: true, malformed: EnhancedStatus(5, 1, 7))

    let sender: ReversePath
    let parameters: SenderParameters

    init(parsing line: inout Scanner) throws(SyntaxError) {
        try line.expect("FROM:")
        sender = try line.reversePath()
        parameters = try SenderParameters(parsing: &line)
    }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        let submitter = try submitter(in: session, with: services)
        // What was not offered is not known. RFC 5321 §4.1.1.11
        if parameters.hasUnknown || (parameters.utf8 && !services.settings.smtp.utf8) { throw .unknownParameter }
        if parameters.body == .unknown { throw .unknownBodyType }
        // RFC 6531 §3.5
        if !parameters.utf8, let address = sender.address, !address.isASCII { throw .needsUTF8 }
        // RFC 1870 §6.1
        if let size = parameters.declaredSize, size > services.settings.smtp.maxMessageSize { throw .tooLarge }
        try session.requireStore(with: services)
        session.phase = .mail(Transaction(sender: sender, parameters, submitter: submitter))
        return .senderAccepted
    }

    /// Who has logged in, where that is needed; refuses senders' addresses that are somebody else's. RFC 6409 §4.3, §6.1
    private func submitter(in session: SMTPSession, with services: SMTPServices) throws(Reply) -> Account? {
        let directory = services.state.directory
        guard let account = session.account else {
            guard session.role.demandsLogin else { return nil }
            let isInTheClear = services.desk.passwordRefusal(under: LoginConditions(of: session.connection)) != nil
            throw isInTheClear ? .startTLSFirst : .logInFirst
        }
        // Whoever was locked out meanwhile is not served any more.
        guard let account = directory.account(account.id), account.enabled else { throw .accountClosed }
        guard services.settings.submission.checkSender, let address = sender.address else { return account }
        let resolver = RecipientResolver(directory: directory, delimiter: services.settings.accounts.delimiter)
        guard SenderRight.mayUse(address, account, by: resolver) else { throw .notYourAddress }
        return account
    }
}
