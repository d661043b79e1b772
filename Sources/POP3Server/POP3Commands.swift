import POP3Wire

/// Every command that there is. A new one is its file, and one line here.
///
/// APOP is not among them: it needs a password that the server can read. LAST was taken out of the protocol by RFC 1460.
enum POP3Commands {
    static let all: [any POP3Command.Type] = [
        // AUTHORIZATION, RFC 1939 §4, §7
        Stls.self, User.self, Pass.self, Auth.self,
        // TRANSACTION, RFC 1939 §5, §7
        Stat.self, List.self, Retr.self, Dele.self, Noop.self, Rset.self, Top.self, Uidl.self,
        // both
        Capa.self, Quit.self,
    ]

    static func named(_ name: CommandName) -> (any POP3Command.Type)? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.rule.name, $0) })
}

extension POP3Session {
    /// What CAPA lists now: what every command brings, and what the server does by itself. RFC 2449 §6, RFC 3206 §6
    var capabilities: [String] {
        // Mail that stays on the server stays for ever. RFC 2449 §6.7
        var all = ["RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER"]
        // A stranger need not know what we are. RFC 2449 §6.9
        if phase == .transaction { all.append("IMPLEMENTATION Postern") }
        return POP3Commands.all.flatMap { $0.capabilities(in: self) } + all
    }
}
