import IMAPWire
import MailCore
import NIOCore

/// `SEARCH [CHARSET name] keys`, `UID SEARCH …` — RFC 3501 §6.4.4
struct SearchCommand: IMAPCommand {
    static let rule = CommandRule("SEARCH", in: .selected, uid: .either, news: .keepingNumbers)

    var program: SearchProgram<SearchKey>?
    var byUID: Bool

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        self.byUID = byUID
        try line.space()
        if line.take("CHARSET ") {
            let charset = try line.astring()
            try line.space()
            // RFC 3501 §6.4.4: another charset is no fault of syntax, and its texts cannot be read.
            guard charset.equalsIgnoringCase("UTF-8".utf8) || charset.equalsIgnoringCase("US-ASCII".utf8) else { return }
        }
        program = try SearchProgram(parsing: &line)
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        guard let program else { throw IMAPRefusal.no("Searches are made in UTF-8", code: .badCharset) }
        let search = Search(program, in: session.selected)
        let found = try await session.find(search)
        session.write { $0.writeStaticString("* SEARCH") }
        for start in stride(from: 0, to: found.count, by: 4096) {
            session.write { output in
                for number in found[start..<min(start + 4096, found.count)] {
                    output.writeStaticString(" ")
                    output.writeDecimal(byUID ? UInt64(search.numbers.uid(at: number)) : UInt64(number))
                }
            }
            try await session.relieve()
        }
        session.write { $0.writeStaticString("\r\n") }
        return .ok("That is all")
    }
}
