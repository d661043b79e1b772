import IMAPWire
import MailStore
import NIOCore

extension ByteBuffer {
    /// `(\Seen $Forwarded)`. RFC 3501 §7.2.6
    mutating func writeFlags(_ flags: Flags, isRecent: Bool, keywords: [String]) {
        writeStaticString("(")
        var isFirst = true
        func separate(_ buffer: inout ByteBuffer) {
            if !isFirst { buffer.writeStaticString(" ") }
            isFirst = false
        }
        for (flag, name) in Flags.systemNames where flags.contains(flag) {
            separate(&self)
            writeStaticString(name)
        }
        if isRecent {
            separate(&self)
            writeStaticString("\\Recent")
        }
        if flags.rawValue >> 8 != 0 {
            for (index, keyword) in keywords.enumerated() where flags.contains(.keyword(index)) {
                separate(&self)
                writeString(keyword)
            }
        }
        writeStaticString(")")
    }

    /// The flags that messages of a mailbox have, and those that can be set for good. RFC 3501 §7.1, §7.2.6
    mutating func writeFlagsOfMailbox(keywords: [String], isReadOnly: Bool) {
        writeStaticString("* FLAGS ")
        writeFlags(.system, isRecent: false, keywords: [])
        if !keywords.isEmpty {
            moveWriterIndex(to: writerIndex - 1)
            writeString(" " + keywords.joined(separator: " ") + ")")
        }
        writeStaticString("\r\n")
        var permanent = isReadOnly ? [] : Flags.systemNames.map { "\($0.name)" } + keywords
        if !isReadOnly, keywords.count < Flags.maxKeywords { permanent.append("\\*") }
        writeStatus(nil, "OK", .permanentFlags(permanent), "Flags that last")
    }
}

extension Flags {
    static let systemNames: [(flag: Flags, name: StaticString)] = [
        (.answered, "\\Answered"), (.flagged, "\\Flagged"), (.deleted, "\\Deleted"), (.seen, "\\Seen"), (.draft, "\\Draft"),
    ]

    /// The system flags among names; \Recent is nobody's to set.
    init(_ names: [FlagName]) {
        self = []
        for name in names {
            switch name {
            case .seen: insert(.seen)
            case .answered: insert(.answered)
            case .flagged: insert(.flagged)
            case .deleted: insert(.deleted)
            case .draft: insert(.draft)
            case .recent, .keyword: break
            }
        }
    }

    /// Whether a keyword is set that the list does not name yet.
    func exceed(_ keywords: [String]) -> Bool { keywords.count < 56 && rawValue >> UInt64(8 + keywords.count) != 0 }
}

extension [FlagName] {
    var keywords: [String] {
        compactMap { if case .keyword(let name) = $0 { name } else { nil } }
    }
}
