import IMAPWire
import MailCore

/// `LOGIN name password` — RFC 3501 §6.2.3
struct Login: IMAPCommand {
    static let rule = CommandRule("LOGIN", in: .notAuthenticated)

    var name: [UInt8]
    var password: [UInt8]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        name = try line.astring()
        try line.space()
        password = try line.astring()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        try await session.logIn(String(decoding: name, as: UTF8.self), password: password)
    }
}
