import IMAPWire
import MessageFormat

/// The octets of a section: where they lie in the message, or made of its header; nothing when there is no such part.
enum SectionContent: Sendable {
    case range(Range<Int>)
    case made([UInt8])
    case nothing

    /// Where a section's octets are to be found. `header` gives the octets of a header block that stands in the message.
    init(
        _ section: BodySection, partial: FetchItem.Partial?, size: Int, headerLength: Int, structure: MessageStructure?,
        header: (Range<Int>) throws -> [UInt8]
    ) rethrows {
        let whole: (header: Range<Int>, body: Range<Int>)
        if section.part.isEmpty {
            let headerLength = min(max(0, headerLength), size)
            whole = (0..<headerLength, headerLength..<size)
        } else {
            guard let part = structure?.part(section.part) else {
                self = .nothing
                return
            }
            switch section.text {
            case .whole, .mime: whole = (part.headerRange, part.bodyRange)
            default:
                // RFC 3501 §6.4.5: HEADER and TEXT of a part are those of the message in it.
                guard let message = part.message else {
                    self = .nothing
                    return
                }
                whole = (message.headerRange, message.bodyRange)
            }
        }
        // What is announced must be there: nothing reaches beyond the message, whatever the structure says.
        let all = 0..<size
        switch section.text {
        case .whole: self = .range(section.part.isEmpty ? all : whole.body.clamped(to: all))
        case .text: self = .range(whole.body.clamped(to: all))
        case .header, .mime: self = .range(whole.header.clamped(to: all))
        case .headerFields(let names):
            self = .made(try header(whole.header).withUnsafeBytes { HeaderFields($0).selecting(names) })
        case .headerFieldsNot(let names):
            self = .made(try header(whole.header).withUnsafeBytes { HeaderFields($0).excluding(names) })
        }
        if let partial { self = cut(to: partial) }
    }

    /// RFC 3501 §6.4.5: what lies beyond the end is left out, however much was asked for.
    private func cut(to partial: FetchItem.Partial) -> SectionContent {
        switch self {
        case .range(let range):
            let start = min(range.lowerBound + Int(partial.start), range.upperBound)
            return .range(start..<min(start + Int(partial.count), range.upperBound))
        case .made(let octets): return .made(Array(octets.dropFirst(Int(partial.start)).prefix(Int(partial.count))))
        case .nothing: return .nothing
        }
    }

    /// Octets; `nil` for NIL.
    var count: Int? {
        switch self {
        case .range(let range): range.count
        case .made(let octets): octets.count
        case .nothing: nil
        }
    }
}
