public import MailCore

/// What a mailbox is for, as an attribute. RFC 6154 §2
public enum SpecialUseName: String, Hashable, Sendable, CaseIterable {
    case all = "\\All"
    case archive = "\\Archive"
    case drafts = "\\Drafts"
    case flagged = "\\Flagged"
    case junk = "\\Junk"
    case sent = "\\Sent"
    case trash = "\\Trash"

    /// RFC 6154 §6 `use-attr`; `nil` for one that we do not know, which is no fault of syntax.
    public static func parse(_ line: inout Scanner) throws(SyntaxError) -> SpecialUseName? {
        try line.expect(UInt8(ascii: "\\"))
        let name = try line.atom()
        return allCases.first { $0.rawValue.utf8.dropFirst().equalsIgnoringCase(name) }
    }
}
