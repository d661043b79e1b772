import IMAPWire

/// Every command that there is. A new one is its file, and one line here.
enum IMAPCommands {
    static let all: [any IMAPCommand.Type] = [
        // any state, RFC 3501 §6.1
        Capability.self, Noop.self, Logout.self, Identify.self,
        // not authenticated, RFC 3501 §6.2
        StartTLS.self, Authenticate.self, Login.self,
        // authenticated, RFC 3501 §6.3
        Enable.self, Select.self, Examine.self, Create.self, Delete.self, Rename.self, Subscribe.self, Unsubscribe.self, List.self,
        Lsub.self, Status.self, Append.self, Namespace.self, Idle.self,
        // selected, RFC 3501 §6.4
        Check.self, Close.self, Unselect.self, Expunge.self, SearchCommand.self, Fetch.self, Store.self, Copy.self, Move.self,
    ]

    private static let byName = Dictionary(all.map { ($0.rule.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// `nil` when there is no such command. Names are in upper case.
    static func named(_ name: String) -> (any IMAPCommand.Type)? { byName[name] }
}

extension IMAPSession {
    /// What CAPABILITY says now: what every command brings, and what the wire itself can. RFC 3501 §7.2.1
    var capabilities: [String] {
        ["IMAP4rev1", "LITERAL+"] + (phase == .notAuthenticated ? loginCapabilities : [])
            + IMAPCommands.all.flatMap { type in
                type.rule.phases.contains(phase) || type.rule.phases != .notAuthenticated ? type.rule.capabilities : []
            }
    }

    /// The same in an answer, so that clients need not ask.
    var capabilityCode: String { "[\(ResponseCode.capability(capabilities))]" }
}
