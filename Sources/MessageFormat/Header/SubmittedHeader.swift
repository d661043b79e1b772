internal import Glibc
internal import MailCore

/// Completes the header of a message that a mail program hands over, as it streams by in pieces of any size: adds `Date` and
/// `Message-ID` where they are missing, takes `Bcc` and `Resent-Bcc` out. RFC 6409 §8, RFC 5322 §3.6.3
///
/// Nothing but the beginning of a line is kept back; how long a header may be is for the caller to say. Lines that are no field go through as they are, as everywhere here.
///
/// | state | entered by | left by |
/// |---|---|---|
/// | undecided | the start, a line end in the header | as many octets as tell what the line is |
/// | in a line | a decision: it goes through, or it is dropped | the line end |
/// | body | the empty line | – |
public struct SubmittedHeader: Sendable {
    private enum State: Sendable { case undecided, inLine, body }

    /// What a line turns out to be.
    private enum Line { case unknown, empty, folded, field(Name), other }
    private enum Name { case date, messageID, bcc }

    private var state = State.undecided
    private var held: [UInt8] = []
    private var isDropping = false
    private var hasDate = false
    private var hasMessageID = false
    private var endsWithLineFeed = true
    private let date: String
    private let messageID: String

    /// Octets that tell the longest of the names. Only one of them with nothing but white space behind it is held on to for longer: the
    /// colon may come however late (RFC 5322 §4.5).
    private static let mostHeld = 32

    /// Of the names, in lower case: most lines are none of them by their first letter.
    private static let initials = "bdmr".utf8

    /// - Parameters:
    ///   - date: what a `Date` field would say now. RFC 5322 §3.3
    ///   - messageID: with its angle brackets; unique in the world. RFC 5322 §3.6.4
    public init(date: String, messageID: String) {
        self.date = date
        self.messageID = messageID
    }

    /// Takes the next octets and emits what is to be kept of them; the spans are valid during the call.
    public mutating func feed(_ octets: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) -> Void) {
        var place = 0
        while place < octets.count {
            switch state {
            case .body:
                emit(octets.part(place..<octets.count))
                place = octets.count
            case .inLine:
                let end = octets.position(of: 10, from: place).map { $0 + 1 } ?? octets.count
                if !isDropping { pass(octets.part(place..<end), emit) }
                if octets[end - 1] == 10 { state = .undecided }
                place = end
            case .undecided:
                held.append(octets[place])
                place += 1
                decide(emit)
            }
        }
    }

    /// The message has ended, perhaps in its header.
    public mutating func finish(_ emit: (UnsafeRawBufferPointer) -> Void) {
        guard state != .body else { return }
        release(emit)
        if !endsWithLineFeed { pass([13, 10], emit) }
        complete(emit)
        state = .body
    }

    private mutating func decide(_ emit: (UnsafeRawBufferPointer) -> Void) {
        switch line {
        case .unknown: return
        case .empty:
            complete(emit)
            isDropping = false
            release(emit)
            state = .body
            return
        // It belongs to the line before.
        case .folded: break
        case .field(let name):
            isDropping = name == .bcc
            if name == .date { hasDate = true }
            if name == .messageID { hasMessageID = true }
        case .other: isDropping = false
        }
        state = held.last == 10 ? .undecided : .inLine
        release(emit)
    }

    private var line: Line {
        guard let first = held.first, let last = held.last else { return .unknown }
        if first == 10 || held == [13, 10] { return .empty }
        if first == 13 { return held.count == 1 ? .unknown : .other }
        if first.isBlank { return .folded }
        if held.count == 1 { return Self.initials.contains(first | 0x20) ? .unknown : .other }
        if last == UInt8(ascii: ":") { return Self.name(held.dropLast()).map(Line.field) ?? .other }
        if last == 10 { return .other }
        if held.count == Self.mostHeld { return Self.name(held[...]) == nil ? .other : .unknown }
        // Beyond that it is a name and white space so far, and only the newest octet can tell.
        return held.count < Self.mostHeld || last.isBlank ? .unknown : .other
    }

    /// Which of the names this is, with or without white space behind it.
    private static func name(_ octets: ArraySlice<UInt8>) -> Name? {
        let name = octets.prefix { !$0.isBlank }
        guard octets[name.endIndex...].allSatisfy(\.isBlank) else { return nil }
        if name.equalsIgnoringCase("date".utf8) { return .date }
        if name.equalsIgnoringCase("message-id".utf8) { return .messageID }
        return name.equalsIgnoringCase("bcc".utf8) || name.equalsIgnoringCase("resent-bcc".utf8) ? .bcc : nil
    }

    private mutating func release(_ emit: (UnsafeRawBufferPointer) -> Void) {
        if !isDropping { pass(held, emit) }
        held.removeAll(keepingCapacity: true)
    }

    private mutating func complete(_ emit: (UnsafeRawBufferPointer) -> Void) {
        if !hasDate { pass(Array("Date: \(date)\r\n".utf8), emit) }
        if !hasMessageID { pass(Array("Message-ID: \(messageID)\r\n".utf8), emit) }
    }

    private mutating func pass(_ octets: [UInt8], _ emit: (UnsafeRawBufferPointer) -> Void) { octets.withUnsafeBytes { pass($0, emit) } }

    private mutating func pass(_ octets: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) -> Void) {
        guard let last = octets.last else { return }
        endsWithLineFeed = last == 10
        emit(octets)
    }
}
