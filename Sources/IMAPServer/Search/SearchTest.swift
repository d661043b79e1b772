import IMAPWire
import MailCore
import MailStore
import MessageFormat

/// A search key, made ready for one search in one view. RFC 3501 §6.4.4
enum SearchTest: Sendable {
    /// The same for every message.
    case constant(Bool)
    /// By message number, whatever the key was; ascending ranges.
    case numbers([ClosedRange<Int>])
    case has(Flags)
    case lacks(Flags)
    case recent(Bool)
    case internalDate(SearchKey.DayTest)
    case sentDate(SearchKey.DayTest)
    case larger(Int)
    case smaller(Int)
    case envelope(EnvelopeMember, Needle)
    case header([UInt8], Needle)
    /// The tests that want the message's text are numbered, so that a giant can be tested for all of them in one walk.
    case body(Needle, index: Int)
    case text(Needle, index: Int)

    init(_ key: SearchKey, in view: MailboxView, nextText: inout Int) {
        switch key {
        case .all: self = .constant(true)
        case .numbers(let set): self = .numbers(view.chosen(set, byUID: false).numbers)
        case .uids(let set): self = .numbers(view.chosen(set, byUID: true).numbers)
        case .flag(.recent): self = .recent(true)
        case .notFlag(.recent): self = .recent(false)
        case .flag(let name): self = Self.flags(of: name, view).map { .has($0) } ?? .constant(false)
        case .notFlag(let name): self = Self.flags(of: name, view).map { .lacks($0) } ?? .constant(true)
        case .internalDate(let test): self = .internalDate(test)
        case .sentDate(let test): self = .sentDate(test)
        case .larger(let size): self = .larger(Int(size))
        case .smaller(let size): self = .smaller(Int(size))
        case .header(let name, let text): self = .header(name, Self.needle(text))
        case .envelope(_, []), .body([]), .text([]):
            // Every text holds the empty one.
            self = .constant(true)
        case .envelope(let field, let text): self = .envelope(EnvelopeMember(field), Self.needle(text))
        case .body(let text):
            self = .body(Self.needle(text), index: nextText)
            nextText += 1
        case .text(let text):
            self = .text(Self.needle(text), index: nextText)
            nextText += 1
        }
    }

    private static func needle(_ text: [UInt8]) -> Needle { Needle(String(decoding: text, as: UTF8.self)) }

    /// `nil` for a keyword that no message of the mailbox has.
    private static func flags(of name: FlagName, _ view: MailboxView) -> Flags? {
        guard case .keyword(let keyword) = name else { return Flags([name]) }
        return view.keywords.firstIndex { $0.utf8.equalsIgnoringCase(keyword.utf8) }.map { .keyword($0) }
    }
}

extension EnvelopeMember {
    init(_ field: SearchKey.EnvelopeField) {
        self =
            switch field {
            case .bcc: .bcc
            case .cc: .cc
            case .from: .from
            case .subject: .subject
            case .to: .to
            }
    }
}
