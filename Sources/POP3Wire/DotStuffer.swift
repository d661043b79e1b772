import Glibc

/// Turns a message's octets into the lines of a multi-line answer, in pieces of any size: every line ends with CRLF, and one that
/// begins with a dot gets another. RFC 1939 §3
///
/// Stored messages have CRLF line ends; only what a mail program appended by IMAP may hold a bare LF. That is sent as CRLF,
/// because half of the clients take a bare LF for a line end and would be lost in a message that has LF, dot, LF in it. A bare CR is
/// text. Octets go out in the spans in which they came: the cost is that of finding the line feeds.
public struct DotStuffer: Sendable {
    /// What came last; a line feed before anything came.
    private var last: UInt8 = 10

    public init() {}

    /// Gives to `emit` what is to be sent for these octets, in spans that are valid during the call.
    public mutating func encode(_ octets: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) -> Void) {
        guard let base = octets.baseAddress, let end = octets.last else { return }
        var sent = 0
        if last == 10, octets[0] == UInt8(ascii: ".") { Self.dot(emit) }
        var search = 0
        while search < octets.count, let found = memchr(base + search, 10, octets.count - search) {
            let feed = UnsafeRawPointer(found) - base
            search = feed + 1
            if (feed > 0 ? octets[feed - 1] : last) != 13 {
                emit(UnsafeRawBufferPointer(rebasing: octets[sent..<feed]))
                Self.lineEnd(emit)
                sent = search
            }
            if search < octets.count, octets[search] == UInt8(ascii: ".") {
                emit(UnsafeRawBufferPointer(rebasing: octets[sent..<search]))
                Self.dot(emit)
                sent = search
            }
        }
        emit(UnsafeRawBufferPointer(rebasing: octets[sent...]))
        last = end
    }

    /// The end of the answer: a line that is a dot alone, behind the end of the message's last line.
    public mutating func finish(_ emit: (UnsafeRawBufferPointer) -> Void) {
        if last != 10 { Self.lineEnd(emit) }
        Self.dot(emit)
        Self.lineEnd(emit)
        last = 10
    }

    private static func dot(_ emit: (UnsafeRawBufferPointer) -> Void) { withUnsafeBytes(of: UInt8(ascii: "."), emit) }
    private static func lineEnd(_ emit: (UnsafeRawBufferPointer) -> Void) { withUnsafeBytes(of: (UInt8(13), UInt8(10)), emit) }
}
