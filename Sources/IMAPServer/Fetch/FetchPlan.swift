import IMAPWire
import MailStore

/// What a FETCH wants of every message, and what that needs of it.
struct FetchPlan: Sendable {
    let items: [FetchItem]
    let isByUID: Bool
    /// Whether messages become \Seen by being fetched. RFC 3501 §6.4.5
    var marksSeen: Bool
    /// Whether the row's summary is needed beside its numbers.
    let needsSummary: Bool
    /// Whether flags and UIDs are all that is wanted.
    let needsFlagsOnly: Bool
    /// Whether the message's parts must be found in its octets.
    let needsStructure: Bool

    init(_ items: [FetchItem], byUID: Bool, isReadOnly: Bool) {
        isByUID = byUID
        // RFC 3501 §6.4.8: a UID command's answers tell the UID.
        self.items = byUID && !items.contains(.uid) ? [.uid] + items : items
        needsFlagsOnly = items.allSatisfy { $0 == .uid || $0 == .flags }
        marksSeen = !isReadOnly && items.contains { $0.setsSeen }
        needsStructure = items.contains { item in item.section.map { !$0.section.part.isEmpty } ?? false }
        needsSummary = items.contains { item in
            switch item {
            case .envelope, .body, .bodyStructure: true
            // Where the header ends; the whole message can do without.
            default: item.section.map { $0.section != BodySection() } ?? false
            }
        }
    }

    /// About how many octets one message's answer takes, sections left out: what to reserve.
    var usualRow: Int { needsSummary ? 768 : 96 }

    /// At most so many octets of a message have to be read at a time.
    func octets(of size: Int, headerLength: Int) -> Int {
        if needsStructure { return size }
        return items.reduce(0) { sum, item in
            guard let (section, partial) = item.section else { return sum }
            let whole =
                switch section.text {
                case .whole: size
                case .text: size - headerLength
                default: headerLength
                }
            return sum + min(whole, partial.map { Int($0.count) } ?? whole)
        }
    }
}

extension FetchItem {
    /// The octets that an item means; the names that RFC 822 left behind are sections too.
    var section: (section: BodySection, partial: Partial?)? {
        switch self {
        case .section(let section, _, let partial): (section, partial)
        case .rfc822: (BodySection(), nil)
        case .rfc822Header: (BodySection(text: .header), nil)
        case .rfc822Text: (BodySection(text: .text), nil)
        default: nil
        }
    }

    /// What stands before a section's octets in the answer. RFC 3501 §7.4.2
    var sectionName: [UInt8] {
        switch self {
        case .section(let section, _, let partial):
            Array("BODY[".utf8) + section.description + Array("]".utf8) + (partial.map { Array("<\($0.start)>".utf8) } ?? [])
        case .rfc822: Array("RFC822".utf8)
        case .rfc822Header: Array("RFC822.HEADER".utf8)
        default: Array("RFC822.TEXT".utf8)
        }
    }
}
