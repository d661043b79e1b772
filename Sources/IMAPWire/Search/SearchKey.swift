/// One claim about a message that SEARCH can test. RFC 3501 §6.4.4
///
/// Texts are UTF-8, whatever the peer's charset was.
public enum SearchKey: Hashable, Sendable {
    case all
    /// By sequence number.
    case numbers(SequenceSet)
    case uids(SequenceSet)
    case flag(FlagName)
    case notFlag(FlagName)
    case internalDate(DayTest)
    /// By the Date field, as it is written there.
    case sentDate(DayTest)
    case larger(UInt32)
    case smaller(UInt32)
    /// FROM, TO, CC, BCC, SUBJECT: in the envelope.
    case envelope(EnvelopeField, [UInt8])
    /// HEADER: a field of the message's header; an empty text asks whether there is one.
    case header(name: [UInt8], [UInt8])
    case body([UInt8])
    /// In the header or the body.
    case text([UInt8])

    public enum EnvelopeField: Hashable, Sendable { case bcc, cc, from, subject, to }

    public enum DayTest: Hashable, Sendable {
        case before(CalendarDay)
        case on(CalendarDay)
        case since(CalendarDay)

        public func holds(for day: CalendarDay) -> Bool {
            switch self {
            case .before(let limit): day < limit
            case .on(let wanted): day == wanted
            case .since(let limit): day >= limit
            }
        }
    }

    /// What must be at hand to test a claim, the cheapest first.
    public enum Source: Int, Comparable, Sendable {
        /// The row of the index: UID, flags, dates, size.
        case row
        /// The envelope, which the index holds too.
        case envelope
        case header
        case message

        public static func < (a: Source, b: Source) -> Bool { a.rawValue < b.rawValue }
    }

    public var source: Source {
        switch self {
        case .all, .numbers, .uids, .flag, .notFlag, .internalDate, .larger, .smaller: .row
        case .sentDate, .envelope: .envelope
        case .header: .header
        case .body, .text: .message
        }
    }
}
