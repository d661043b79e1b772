import Glibc

/// Turns what a peer sends as a message into the message's octets, in pieces of any size.
///
/// Behind `DATA` it takes off the dot that hides a line's own one (RFC 5321 §4.5.2) and finds the end: CRLF.CRLF and nothing else.
/// Behind `BDAT` the octets are the message already (RFC 3030 §2), and the caller knows the end. In both it finds each CR and LF
/// that stands alone. A bare one never begins a line: a dot behind it is text and ends nothing.
///
/// | state | where the wire is | held back |
/// |---|---|---|
/// | `lineStart` | behind CRLF, or at the very beginning | – |
/// | `dot` | behind `.` at the beginning of a line | `.` |
/// | `dotCR` | behind `.` CR at the beginning of a line | `.` CR |
/// | `text` | in a line | – |
/// | `cr` | behind CR in a line | CR |
/// | `complete` | behind CRLF.CRLF | – |
public struct MessageDecoder: Sendable {
    public enum Framing: Sendable {
        case dotStuffed
        case octets
    }

    /// What a CR or LF that stands alone becomes. `hasBareNewline` tells of it in either case.
    public enum BareNewlines: Sendable {
        case kept
        case madeCRLF
    }

    /// The end dot was met; what came behind it was not touched. Never with `.octets`.
    public var isComplete: Bool { state == .complete }
    public private(set) var hasBareNewline = false

    private enum State {
        case lineStart, dot, dotCR, text, cr, complete
    }
    private var state: State
    private let framing: Framing
    private let bareNewlines: BareNewlines

    public init(_ framing: Framing, bareNewlines: BareNewlines = .kept) {
        self.framing = framing
        self.bareNewlines = bareNewlines
        state = framing == .dotStuffed ? .lineStart : .text
    }

    /// Takes input up to the end dot, else all of it, and returns how many octets it took. `emit` gets the message's octets in
    /// order, in spans that are valid during the call.
    public mutating func decode(_ input: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) -> Void) -> Int {
        var next = 0
        while next < input.count {
            let octet = input[next]
            switch state {
            case .lineStart:
                state = octet == UInt8(ascii: ".") ? .dot : .text
                if state == .dot { next += 1 }
            case .dot:
                state = octet == 13 ? .dotCR : .text
                if state == .dotCR { next += 1 }
            case .dotCR:
                if octet == 10 {
                    state = .complete
                    return next + 1
                }
                state = .cr
            case .text:
                next = decodeText(input, from: next, emit)
            case .cr:
                if octet == 10 {
                    Self.crlf(emit)
                    next += 1
                    state = framing == .dotStuffed ? .lineStart : .text
                } else {
                    bareCR(emit)
                }
            case .complete:
                return next
            }
        }
        return next
    }

    /// Emits a CR that is held back when no more octets come: the end of the last chunk of `BDAT`.
    public mutating func finish(_ emit: (UnsafeRawBufferPointer) -> Void) {
        if state == .cr || state == .dotCR { bareCR(emit) }
    }

    /// Goes through lines as long as nothing but a pair of CR and LF ends them, and emits them in one span.
    private mutating func decodeText(
        _ input: UnsafeRawBufferPointer, from start: Int, _ emit: (UnsafeRawBufferPointer) -> Void
    ) -> Int {
        var runStart = start
        var next = start
        let end = input.count
        while true {
            let cr = Self.find(13, in: input, from: next, to: end) ?? end
            while !(hasBareNewline && bareNewlines == .kept), let lf = Self.find(10, in: input, from: next, to: cr) {
                hasBareNewline = true
                next = lf + 1
                guard bareNewlines == .madeCRLF else { break }
                Self.span(input, runStart, lf, emit)
                Self.crlf(emit)
                runStart = next
            }
            if cr + 1 >= end {
                Self.span(input, runStart, cr, emit)
                if cr < end { state = .cr }
                return end
            }
            next = cr + 1
            if input[next] == 10 {
                next += 1
                guard framing == .dotStuffed, next == end || input[next] == UInt8(ascii: ".") else { continue }
                Self.span(input, runStart, next, emit)
                state = .lineStart
                return next
            }
            hasBareNewline = true
            if bareNewlines == .madeCRLF {
                Self.span(input, runStart, cr, emit)
                Self.crlf(emit)
                runStart = next
            }
        }
    }

    private mutating func bareCR(_ emit: (UnsafeRawBufferPointer) -> Void) {
        hasBareNewline = true
        state = .text
        switch bareNewlines {
        case .kept: withUnsafeBytes(of: UInt8(13), emit)
        case .madeCRLF: Self.crlf(emit)
        }
    }

    private static func crlf(_ emit: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: (UInt8(13), UInt8(10)), emit)
    }

    private static func span(_ input: UnsafeRawBufferPointer, _ start: Int, _ end: Int, _ emit: (UnsafeRawBufferPointer) -> Void) {
        if end > start { emit(UnsafeRawBufferPointer(rebasing: input[start..<end])) }
    }

    private static func find(_ octet: Int32, in input: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int? {
        guard start < end, let base = input.baseAddress, let found = memchr(base + start, octet, end - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
