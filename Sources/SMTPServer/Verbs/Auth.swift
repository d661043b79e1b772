import Authentication
import Connections
import Logging
import MailCore
import MailSettings
import SMTPWire

/// `AUTH mechanism [initial-response]` — logs in; afterwards mail is taken as from a mail program, on whatever port. RFC 4954 §4
struct AuthVerb: SMTPVerb {
    static let rule = VerbRule("AUTH", in: .ready, mayPipeline: false)

    let mechanism: [UInt8]
    let initialResponse: [UInt8]?

    init(parsing line: inout Scanner) throws(SyntaxError) {
        mechanism = Array(line.take { $0 > 32 && $0 < 127 })
        guard !mechanism.isEmpty else { throw line.error(wanted: "a mechanism") }
        line.skipSpaces()
        let response = Array(line.take { $0 > 32 && $0 < 127 })
        initialResponse = response.isEmpty ? nil : response
        try line.expectEnd()
    }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        if session.account != nil { throw .loggedInAlready }
        do throws(ConnectionError) {
            var step = try await session.login.start(mechanism, initialResponse: initialResponse)
            while true {
                switch step {
                case .challenge(let text):
                    session.connection.write("334 \(text)\r\n")
                    step = try await session.login.answer(try await session.authLine(with: services))
                case .loggedIn(let account):
                    session.account = account
                    session.connection.isPatientUnderLoad = true
                    return .loggedIn
                case .refused(let refusal): return Reply(refusal)
                }
            }
        } catch {
            throw Reply(ending: error)
        }
    }
}

extension SMTPSession {
    /// Octets of a line with `AUTH`, or of one that answers a challenge, with its CRLF. RFC 4954 §4
    static let authLineLimit = Login.longestAnswer + 2

    fileprivate func authLine(with services: SMTPServices) async throws(ConnectionError) -> [UInt8] {
        try await connection.line(limit: Self.authLineLimit, within: services.settings.smtp.commandTimeout)
    }
}

extension Reply {
    init(_ refusal: LoginRefusal) {
        switch refusal {
        case .unknownMechanism: self = Reply("504 5.5.4 There is no such mechanism here")
        case .encryptionRequired: self = Reply("538 5.7.11 Passwords are taken inside TLS only; say STARTTLS first")
        case .malformed(let wanted): self = Reply(501, EnhancedStatus(5, 5, 2), ["The exchange wanted \(wanted)"])
        case .cancelled: self = Reply("501 5.7.0 Cancelled")
        case .wrong: self = Reply("535 5.7.8 This name and password do not belong together")
        case .busy: self = Reply("454 4.7.0 Too many are logging in; try again later")
        case .tooManyFailures: self = Reply("421 4.7.0 Too many log-ins were refused", endsSession: true)
        }
    }
}
