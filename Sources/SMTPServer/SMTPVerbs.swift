import SMTPWire

/// Every verb there is; a new one is one line here.
enum SMTPVerbs {
    static let all: [any SMTPVerb.Type] = [
        RcptVerb.self, MailVerb.self, DataVerb.self, BdatVerb.self, EhloVerb.self, HeloVerb.self, RsetVerb.self, NoopVerb.self,
        QuitVerb.self, StartTLSVerb.self, AuthVerb.self, VrfyVerb.self, ExpnVerb.self, HelpVerb.self,
    ]

    static func named(_ name: VerbName) -> (any SMTPVerb.Type)? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.rule.name, $0) })
}
