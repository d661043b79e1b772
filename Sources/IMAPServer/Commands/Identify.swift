import IMAPWire
import MailCore

/// `ID (field value …)` or `ID NIL` — who we are; who the client is changes nothing. RFC 2971 §3.1
struct Identify: IMAPCommand {
    static let rule = CommandRule("ID", in: .any, capabilities: ["ID"])

    /// RFC 2971 §3.3: more pairs nobody may send.
    private static let mostPairs = 30

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        if line.take(UInt8(ascii: "(")) {
            var pairs = 0
            while !line.take(UInt8(ascii: ")")) {
                if pairs > 0 { try line.space() }
                _ = try line.string()
                try line.space()
                _ = try line.nstring()
                pairs += 1
                guard pairs <= Self.mostPairs else { throw line.error(wanted: "fewer fields") }
            }
        } else {
            try line.expect("NIL")
        }
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        session.say("* ID (\"name\" \"Postern\")")
        return .ok("Pleased to meet you")
    }
}
