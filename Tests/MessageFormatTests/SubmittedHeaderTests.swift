import MessageFormat
import Testing

/// What a mail program leaves out is added, what it should not have sent is taken out. RFC 6409 §8
@Suite struct SubmittedHeaderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let given: String
        let kept: String
        var testDescription: String { name }
    }

    static let date = "Date: Thu, 01 Jan 2026 00:00:00 +0000\n"
    static let id = "Message-ID: <1@postern.test>\n"

    static let blanks = String(repeating: "\t ", count: 40)

    static let cases = [
        Case(name: "nothing to do", given: "\(date)\(id)From: a@b\n\nText\n", kept: "\(date)\(id)From: a@b\n\nText\n"),
        Case(name: "both missing", given: "From: a@b\n\nText\n", kept: "From: a@b\n\(date)\(id)\nText\n"),
        Case(name: "date missing", given: "message-id: <x@y>\n\n", kept: "message-id: <x@y>\n\(date)\n"),
        Case(name: "name missing", given: "DATE: today\n\n", kept: "DATE: today\n\(id)\n"),
        Case(name: "Bcc", given: "\(date)Bcc: c@d,\n\te@f\n \n\(id)\nBcc: text\n", kept: "\(date)\(id)\nBcc: text\n"),
        Case(name: "Bcc first and last", given: "Bcc: c@d\n\(date)\(id)bcc:\n\n", kept: "\(date)\(id)\n"),
        Case(name: "Bcc alone", given: "Bcc: c@d\n\nText", kept: "\(date)\(id)\nText"),
        Case(name: "Resent-Bcc", given: "\(date)\(id)Resent-Bcc : c@d\n\n", kept: "\(date)\(id)\n"),
        Case(
            name: "names that only begin so", given: "\(date)\(id)Bccx: 1\nBcc-: 2\nBcc x: 3\nXBcc: 4\n\n",
            kept: "\(date)\(id)Bccx: 1\nBcc-: 2\nBcc x: 3\nXBcc: 4\n\n"),
        Case(
            name: "white space before the colon", given: "Date \t: now\nMessage-ID  : <x@y>\n\n",
            kept: "Date \t: now\nMessage-ID  : <x@y>\n\n"),
        Case(
            name: "much white space before the colon", given: "\(date)\(id)Bcc\(blanks): c@d\n\te@f\nresent-bcc\(blanks):\nX: y\n\n",
            kept: "\(date)\(id)X: y\n\n"),
        Case(
            name: "much white space and no colon", given: "Bcc\(blanks)x: c@d\nDate\(blanks)\nBcc\(blanks)",
            kept: "Bcc\(blanks)x: c@d\nDate\(blanks)\nBcc\(blanks)\n\(date)\(id)"),
        Case(name: "a folded line is no field", given: "Subject: a\n Date: b\n\n", kept: "Subject: a\n Date: b\n\(date)\(id)\n"),
        Case(name: "folded without white space behind the colon", given: "Bcc:\n c@d\n\(date)\(id)\n", kept: "\(date)\(id)\n"),
        Case(name: "no body", given: "From: a@b\n", kept: "From: a@b\n\(date)\(id)"),
        Case(name: "no line end", given: "From: a@b", kept: "From: a@b\n\(date)\(id)"),
        Case(name: "nothing at all", given: "", kept: "\(date)\(id)"),
        Case(name: "no header", given: "\nText\n", kept: "\(date)\(id)\nText\n"),
        Case(name: "lines that are no field", given: "text\n:\n\u{1}x: y\n\(date)\(id)\n", kept: "text\n:\n\u{1}x: y\n\(date)\(id)\n"),
        Case(
            name: "a long name", given: "X-" + String(repeating: "y", count: 100) + ": z\n\(date)\(id)\n",
            kept: "X-" + String(repeating: "y", count: 100) + ": z\n\(date)\(id)\n"),
    ]

    @Test(arguments: cases, [1, 2, 3, 7, 10_000])
    func completes(_ example: Case, inPiecesOf size: Int) {
        let octets = { (text: String) in Array(text.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] }) }
        let given = octets(example.given)
        var header = SubmittedHeader(date: "Thu, 01 Jan 2026 00:00:00 +0000", messageID: "<1@postern.test>")
        var kept: [UInt8] = []
        for start in stride(from: 0, to: given.count, by: size) {
            given[start..<min(start + size, given.count)].withUnsafeBytes { header.feed($0) { kept += $0 } }
        }
        header.finish { kept += $0 }
        #expect(String(decoding: kept, as: UTF8.self) == String(decoding: octets(example.kept), as: UTF8.self))
    }
}
