import Authentication
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
        switch try await session.login.password(String(decoding: name, as: UTF8.self), password, command: "LOGIN") {
        case .success(let account): return await session.welcome(account)
        case .failure(let refusal): throw try session.refusal(refusal)
        }
    }
}
