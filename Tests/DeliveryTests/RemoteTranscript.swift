import MailCore

@testable import MailTesting

/// A dialogue in which our client is the one under test: the file says what the other server says, and what the client must say.
/// The form is described in `Tests/Scenarios/README.md`.
struct RemoteTranscript: Sendable {
    enum Action: Sendable {
        case setting(key: String, value: String)
        /// Messages are queued before the dialogue begins.
        case send(recipients: [String], text: String, utf8: Bool)
        /// The client's next connection.
        case connect
        case say([UInt8], times: Int)
        case hear(Pattern)
        /// The server closes.
        case close
        /// The client has closed, or does so now.
        case closed
        /// The client is still there, and says nothing.
        case waits
        case clock(Duration)
        /// The clock goes on until the client has given up; nothing is read meanwhile.
        case givesUp
        /// The whole queue; lines in any order.
        case queue(Pattern?)
        /// Something in the last report to the sender; `nil`: there is none.
        case told(Pattern?)
    }

    struct Step: Sendable {
        let line: Int
        let action: Action
    }

    let name: String
    let steps: [Step]

    init(_ text: String, name: String) throws {
        self.name = name
        var steps: [Step] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0 + 1, String($1)) }[...]
        while let (number, line) = lines.popFirst() {
            if line.hasPrefix("#") || line.allSatisfy({ $0 == " " }) { continue }
            do {
                var action = try Self.action(line)
                if case .send(let recipients, _, let utf8) = action {
                    var text = ""
                    while let (_, bar) = lines.first, bar.hasPrefix("|") {
                        text += String(decoding: try ClientText(String(bar.dropFirst(2))).octets([:]), as: UTF8.self) + "\r\n"
                        lines.removeFirst()
                    }
                    action = .send(recipients: recipients, text: text.isEmpty ? "Subject: hi\r\n\r\nbody\r\n" : text, utf8: utf8)
                }
                steps.append(Step(line: number, action: action))
            } catch {
                throw TranscriptError(file: name, line: number, text: "\(error)")
            }
        }
        self.steps = steps
    }

    private static func action(_ line: String) throws -> Action {
        if let said = line.wholeMatch(of: #/S(?:\*(\d{1,5}))?(!?):(?: (.*))?/#) {
            let octets = try ClientText(String(said.3 ?? "")).octets([:])
            return .say(octets + (said.2.isEmpty ? [13, 10] : []), times: said.1.flatMap { Int($0) } ?? 1)
        }
        if line == "C:" { return .hear(Pattern("")) }
        if let heard = line.wholeMatch(of: #/C: (.*)/#) { return .hear(Pattern(String(heard.1))) }
        if let given = line.wholeMatch(of: #/given: (\S+) = (.*)/#) { return .setting(key: String(given.1), value: String(given.2)) }
        if let send = line.wholeMatch(of: #/send: (utf8 )?(.+)/#) {
            return .send(recipients: send.2.split(separator: " ").map(String.init), text: "", utf8: send.1 != nil)
        }
        if let wait = line.wholeMatch(of: #/wait (.*)/#), let duration = Duration(text: String(wait.1)) { return .clock(duration) }
        if let queue = line.wholeMatch(of: #/queue: (.*)/#) { return .queue(queue.1 == "empty" ? nil : Pattern(String(queue.1))) }
        if let told = line.wholeMatch(of: #/told: (.*)/#) { return .told(told.1 == "nothing" ? nil : Pattern(String(told.1))) }
        switch line {
        case "connect": return .connect
        case "close": return .close
        case "closed": return .closed
        case "waits": return .waits
        case "gives up": return .givesUp
        default: throw ClientText.Unreadable("\"\(line)\" is not known")
        }
    }
}
