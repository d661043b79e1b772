import IMAPWire
import MailStore
import MessageFormat
import NIOCore

/// What a row's answer needs beside the row.
struct RowContext: Sendable {
    var plan: FetchPlan
    let mailbox: MailboxID
    let numbers: SequenceNumbers
    let recent: [ClosedRange<UID>]
    var keywords: [String]

    init(_ plan: FetchPlan, _ view: MailboxView) {
        self.plan = plan
        mailbox = view.id
        numbers = view.numbers
        recent = view.recent
        keywords = view.keywords
    }

    /// Another session may have made keywords that this one was not told of yet.
    mutating func learnKeywords(of flags: Flags, from snapshot: StoreSnapshot) throws {
        guard flags.exceed(keywords), let info = try snapshot.mailbox(mailbox) else { return }
        keywords = info.keywords
    }

    func isRecent(_ uid: UID) -> Bool { !recent.isEmpty && recent.contains { $0.contains(uid) } }
}

/// What is told of one message. The row itself is valid inside one call only.
struct RowFacts: Sendable {
    let number: Int
    let uid: UID
    /// As they are told: with \Seen when this answer sets it.
    let flags: Flags
    let becomesSeen: Bool
    let internalDate: Int64
    let message: StoredMessage

    init(_ entry: borrowing MailboxEntry, number: Int, marksSeen: Bool) {
        self.number = number
        uid = entry.uid
        let flags = entry.flags
        becomesSeen = marksSeen && !flags.contains(.seen)
        self.flags = becomesSeen ? flags.union(.seen) : flags
        internalDate = entry.internalDate
        message = entry.message
    }
}

/// One message's FETCH answer. RFC 3501 §7.4.2
extension ByteBuffer {
    mutating func beginRow(_ facts: RowFacts) {
        writeStaticString("* ")
        writeDecimal(UInt64(facts.number))
        writeStaticString(" FETCH (")
    }

    /// RFC 3501 §6.4.5: flags that the command itself changes are told with it.
    mutating func endRow(_ facts: RowFacts, in context: RowContext) {
        if facts.becomesSeen, !context.plan.items.contains(.flags) {
            writeStaticString(" ")
            writeItem(.flags, of: facts, in: context, nil)
        }
        writeStaticString(")\r\n")
    }

    mutating func writeUID(_ uid: UID) {
        writeStaticString("UID ")
        writeDecimal(UInt64(uid))
    }

    /// What the index knows of an item; sections are not its matter.
    mutating func writeItem(_ item: FetchItem, of facts: RowFacts, in context: RowContext, _ summary: SummaryParts?) {
        switch item {
        case .uid:
            writeUID(facts.uid)
        case .flags:
            writeStaticString("FLAGS ")
            writeFlags(facts.flags, isRecent: context.isRecent(facts.uid), keywords: context.keywords)
        case .internalDate:
            writeStaticString("INTERNALDATE \"")
            writeBytes(InternalDate.text(facts.internalDate))
            writeStaticString("\"")
        case .size:
            writeStaticString("RFC822.SIZE ")
            writeDecimal(UInt64(max(0, facts.message.size)))
        case .envelope:
            writeStaticString("ENVELOPE ")
            if let summary { writeBytes(summary.envelope) }
        case .bodyStructure:
            writeStaticString("BODYSTRUCTURE ")
            if let summary { writeBytes(summary.structure) }
        case .body:
            writeStaticString("BODY ")
            if let summary { writeBytes(StructureText.withoutExtensions(Array(summary.structure)) ?? Array(summary.structure)) }
        case .section, .rfc822, .rfc822Header, .rfc822Text: break
        }
    }

    /// A whole answer that is made of flags and UID alone.
    mutating func writeFlagsRow(_ message: FlagResult, number: Int, in context: RowContext) {
        writeStaticString("* ")
        writeDecimal(UInt64(number))
        for (index, item) in context.plan.items.enumerated() {
            writeStaticString(index == 0 ? " FETCH (" : " ")
            if item == .uid {
                writeUID(message.uid)
            } else {
                writeStaticString("FLAGS ")
                writeFlags(message.flags, isRecent: context.isRecent(message.uid), keywords: context.keywords)
            }
        }
        writeStaticString(")\r\n")
    }

    /// A section's name and what comes before its octets: ` {342}CRLF`, or ` NIL`.
    mutating func beginSection(_ item: FetchItem, count: Int?) {
        writeBytes(item.sectionName)
        guard let count else {
            writeStaticString(" NIL")
            return
        }
        writeStaticString(" {")
        writeDecimal(UInt64(count))
        writeStaticString("}\r\n")
    }

    /// A whole answer, read from where the message is.
    mutating func writeRow(
        _ facts: RowFacts, in context: RowContext, _ summary: SummaryParts?, _ structure: MessageStructure?, from source: MessageSource
    ) throws {
        beginRow(facts)
        var isFirst = true
        for item in context.plan.items {
            if !isFirst { writeStaticString(" ") }
            isFirst = false
            guard let (section, partial) = item.section else {
                writeItem(item, of: facts, in: context, summary)
                continue
            }
            let content = try SectionContent(
                section, partial: partial, size: facts.message.size, headerLength: summary?.headerLength ?? 0, structure: structure,
                header: source.octets)
            beginSection(item, count: content.count)
            switch content {
            case .range(let range): try source.withOctets(range) { _ = writeBytes($0) }
            case .made(let octets): writeBytes(octets)
            case .nothing: break
            }
        }
        endRow(facts, in: context)
    }
}
