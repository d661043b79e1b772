import MailCore
import SMTPWire

/// `HELO name` — the greeting without extensions. RFC 5321 §4.1.1.1
struct HeloVerb: SMTPVerb {
    static let rule = VerbRule("HELO", in: .always, mayPipeline: false)

    let name: HeloName

    init(parsing line: inout Scanner) throws(SyntaxError) { name = try HeloName(parsing: &line) }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        session.begin(as: name, isExtended: false)
        return Reply(250, nil, [services.ownName])
    }
}

extension SMTPSession {
    /// A greeting ends any transaction, as RSET does. RFC 5321 §4.1.4
    mutating func begin(as name: HeloName, isExtended: Bool) {
        greeting = Greeting(name: name, isExtended: isExtended)
        phase = .ready
    }
}
