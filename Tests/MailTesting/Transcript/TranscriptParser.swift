import MailCore

/// Reads a transcript's text, line by line. A line that it does not know is an error with its number, never skipped.
struct TranscriptParser {
    private let name: String
    private let service: ServiceName
    private var lines: ArraySlice<(number: Int, text: Substring)>
    private var steps: [Transcript.Step] = []
    /// `...` came, and its `S:` line is still to come.
    private var skipsOthers = false
    private var services: [ConnectionName: ServiceName] = [:]

    /// `service` is whom connections speak to that no `connect` names.
    static func parse(_ text: String, name: String, service: ServiceName) throws(TranscriptError) -> Transcript {
        var parser = TranscriptParser(name: name, service: service, text: text)
        try parser.parse()
        return Transcript(name: name, steps: parser.steps)
    }

    private init(name: String, service: ServiceName, text: String) {
        self.name = name
        self.service = service
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0 + 1, $1) }[...]
    }

    private mutating func parse() throws(TranscriptError) {
        while let (number, text) = lines.popFirst() {
            if text.hasPrefix("#") || text.allSatisfy({ $0 == " " }) { continue }
            do throws(ClientText.Unreadable) {
                let line = Line(text)
                if skipsOthers && !(line.isDialogue && line.keyword.hasPrefix("S")) { throw .init("an S: line must follow ...") }
                try parse(line, number)
            } catch {
                throw TranscriptError(file: name, line: number, text: error.description)
            }
        }
        if skipsOthers { throw TranscriptError(file: name, line: steps.last?.line ?? 0, text: "an S: line must follow ...") }
    }

    private mutating func parse(_ line: Line, _ number: Int) throws(ClientText.Unreadable) {
        func add(_ action: Action) { steps.append(Transcript.Step(line: number, action: action)) }
        switch line.keyword {
        case "...": skipsOthers = true
        case "|": try addBlock(startingWith: line, number)
        case "given:": add(.given(try given(line)))
        case "connect":
            let (service, connection, account) = try line.connect()
            services[connection] = service
            add(.connect(service, connection, account: account))
        case "close": add(.close(try line.connection()))
        case "closed": add(.closed(try line.connection()))
        case "silent": add(.silent(try line.connection()))
        case "tls": add(.tls(try line.connection()))
        case "wait": add(.wait(try line.duration()))
        case "pause": add(.pause(line.rest.isEmpty ? nil : try line.duration()))
        case "stop": add(.stop)
        case "restart": add(.restart)
        case "mailbox": add(.mailbox(try mailbox(line)))
        case "journal:": add(.journal(try line.journal()))
        default:
            guard let dialogue = line.dialogue else { throw .init("\"\(line.keyword)\" is not known") }
            if dialogue.isServer { addExpectation(dialogue, number) } else { add(.send(dialogue.sending)) }
        }
    }

    /// Lines of one SMTP reply, which a hyphen behind the code joins, become one expectation.
    private mutating func addExpectation(_ dialogue: Dialogue, _ number: Int) {
        let dialect = (services[dialogue.connection] ?? service).dialect
        let line = Expectation.Line(number: number, pattern: Pattern(dialogue.text, isResponse: dialect == .imap))
        if case .expect(dialogue.connection, var before) = steps.last?.action, !skipsOthers, dialogue.times == 1, dialect == .smtp,
            before.lines.last?.pattern.isContinued == true, let start = steps.last?.line
        {
            before.lines.append(line)
            steps[steps.count - 1] = Transcript.Step(line: start, action: .expect(dialogue.connection, before))
        } else {
            let expectation = Expectation(lines: [line], times: dialogue.times, skipsOthers: skipsOthers)
            steps.append(Transcript.Step(line: number, action: .expect(dialogue.connection, expectation)))
        }
        skipsOthers = false
    }

    /// Lines with bars that no `given` or `mailbox` took are said by the client who spoke last.
    private mutating func addBlock(startingWith line: Line, _ number: Int) throws(ClientText.Unreadable) {
        let block = [ClientText(line.rest)] + takeBlock().map { ClientText($0.text) }
        let last = steps.lastIndex { if case .send = $0.action { true } else { false } }
        guard let last, case .send(var sending) = steps[last].action else { throw .init("nobody has spoken yet") }
        let isLiteral = sending.text.announcesBlock && sending.announced == nil
        if isLiteral {
            sending.announced = block
            steps[last] = Transcript.Step(line: steps[last].line, action: .send(sending))
        }
        steps.append(Transcript.Step(line: number, action: .sendBlock(sending.connection, block, isLiteral: isLiteral)))
    }

    /// The lines with bars that follow, without their bars.
    private mutating func takeBlock() -> [(number: Int, text: String)] {
        var block: [(number: Int, text: String)] = []
        while let (number, text) = lines.first, text.hasPrefix("|") {
            block.append((number, Line(text).rest))
            lines.removeFirst()
        }
        return block
    }

    private mutating func given(_ line: Line) throws(ClientText.Unreadable) -> Given {
        let words = line.words
        switch words.first {
        case "strangers" where words.count == 1: return .strangers
        case "domain" where words.count == 2: return .domain(words[1])
        case "account" where words.count == 2: return .account(words[1], isEnabled: true)
        case "account" where words.count == 3 && words[2] == "disabled": return .account(words[1], isEnabled: false)
        case "alias" where words.count >= 4 && words[2] == "->":
            return .alias(words[1], targets: words[3...].map { $0.trimmingSuffix(",") })
        case "message" where words.count >= 3:
            let flags = words[3...].joined(separator: " ").filter { $0 != "(" && $0 != ")" }.split(separator: " ").map(String.init)
            let block = takeBlock().map { ClientText($0.text) }
            guard !block.isEmpty else { throw .init("a message is written below it, with bars") }
            return .message(account: words[1], mailbox: words[2], flags: flags, block)
        default:
            guard let sign = line.rest.firstRange(of: " = ") else {
                throw .init("given: KEY = VALUE, or domain, account, alias, message, strangers")
            }
            return .setting(key: String(line.rest[..<sign.lowerBound]), value: String(line.rest[sign.upperBound...]))
        }
    }

    private mutating func mailbox(_ line: Line) throws(ClientText.Unreadable) -> MailboxState {
        let shape = ClientText.Unreadable("mailbox ACCOUNT NAME: COUNT, or none")
        guard let colon = line.rest.firstRange(of: ": ") else { throw shape }
        let count = Line(line.rest[colon.upperBound...]).keyword
        let place = Line(line.rest[..<colon.lowerBound])
        guard !place.keyword.isEmpty, !place.rest.isEmpty, count == "none" || Int(count) != nil else { throw shape }
        let block = takeBlock().map { number, text in
            text == "..." ? MailboxState.Content.others : .line(Expectation.Line(number: number, pattern: Pattern(text)))
        }
        return MailboxState(account: place.keyword, mailbox: place.rest, messages: Int(count), content: block.isEmpty ? nil : block)
    }
}
