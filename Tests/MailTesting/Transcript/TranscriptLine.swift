import MailCore

/// One line of a transcript: a keyword, and what follows it after one space.
struct Line {
    let keyword: String
    let rest: String

    init(_ text: some StringProtocol) {
        let keyword = text.prefix { $0 != " " }
        self.keyword = String(keyword)
        rest = String(text.dropFirst(keyword.count + 1))
    }

    /// What follows, cut at spaces.
    var words: [String] { rest.split(separator: " ").map(String.init) }

    var isDialogue: Bool { dialogue != nil }

    /// `C:`, `S:`, `C2:`, `C*100:`, `C2!:`
    var dialogue: Dialogue? {
        guard let form = keyword.wholeMatch(of: #/([CS])(\d?)(?:\*(\d{1,5}))?(!?):/#) else { return nil }
        let isServer = form.1 == "S"
        guard !isServer || form.4.isEmpty else { return nil }
        return Dialogue(
            isServer: isServer, connection: ConnectionName(number: Int(form.2) ?? 1), times: form.3.flatMap { Int($0) } ?? 1,
            endsLine: form.4.isEmpty, text: rest)
    }

    /// `smtp as C2`, `imap as C2 for alice`, `imap for alice`
    func connect() throws(ClientText.Unreadable) -> (ServiceName, ConnectionName, account: String?) {
        var words = words[...]
        guard let service = words.popFirst().flatMap(ServiceName.init(rawValue:)) else {
            throw .init("connect " + ServiceName.allCases.map(\.rawValue).joined(separator: ", or "))
        }
        var connection = ConnectionName.first
        var account: String?
        while let word = words.popFirst(), let value = words.popFirst() {
            switch word {
            case "as": connection = try Self.connection(named: value)
            case "for" where service.dialect != .smtp: account = value
            default: throw .init("connect \(service) [as C2] [for alice]")
            }
        }
        return (service, connection, account)
    }

    /// The connection that it names, the first if it names none.
    func connection() throws(ClientText.Unreadable) -> ConnectionName {
        rest.isEmpty ? .first : try Self.connection(named: rest)
    }

    private static func connection(named name: String) throws(ClientText.Unreadable) -> ConnectionName {
        guard let form = name.wholeMatch(of: #/C(\d?)/#) else { throw .init("a connection is C, C1, C2 …") }
        return ConnectionName(number: Int(form.1) ?? 1)
    }

    func duration() throws(ClientText.Unreadable) -> Duration {
        guard let duration = Duration(text: rest) else { throw .init("a time is written 500ms, 30s, 5m") }
        return duration
    }

    /// `message-accepted account=alice@* "a sentence *"`, `no login-failed`
    func journal() throws(ClientText.Unreadable) -> JournalDemand {
        let form = #/(no )?([a-z-]+)((?: [a-z]+=[^ "]+)*)(?: "(.*)")?/#
        guard let match = rest.wholeMatch(of: form), JournalEvent(rawValue: String(match.2)) != nil else {
            throw .init("journal: [no] EVENT [FIELD=PATTERN …] [\"SENTENCE\"], with an event of the vocabulary")
        }
        var fields: [String: Pattern] = [:]
        for field in match.3.split(separator: " ") {
            let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { fields[parts[0]] = Pattern(parts[1]) }
        }
        return JournalDemand(
            event: String(match.2), isWanted: match.1 == nil, fields: fields,
            message: match.4.map { Pattern(String($0)) })
    }
}

/// What somebody says in a transcript.
struct Dialogue {
    let isServer: Bool
    let connection: ConnectionName
    let times: Int
    let endsLine: Bool
    let text: String

    var sending: Sending { Sending(connection: connection, text: ClientText(text), times: times, endsLine: endsLine) }
}

extension String {
    func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}

extension Pattern {
    /// A line of an SMTP reply that others follow.
    var isContinued: Bool { source.prefixMatch(of: #/\d{3}-/#) != nil }
}
