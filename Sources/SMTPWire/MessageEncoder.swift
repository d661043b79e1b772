internal import Glibc

/// Turns a message's octets into what goes over the wire, in pieces of any size: behind DATA each dot at the beginning of a line is
/// hidden behind another (RFC 5321 §4.5.2).
///
/// A message that is kept here may have a CR or LF that stands alone. It is sent as CRLF, because neither may go over the wire
/// (RFC 5321 §2.3.8), and no server may see the end of a message where we meant none.
public struct MessageEncoder: Sendable {
    private let stuffsDots: Bool
    private var previous: UInt8 = 10
    private var isLineStart = true

    /// - Parameter stuffsDots: behind DATA; not behind BDAT, where lengths tell the end (RFC 3030 §2).
    public init(stuffsDots: Bool) { self.stuffsDots = stuffsDots }

    public mutating func encode(_ input: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        out.reserveCapacity(out.count + input.count + input.count / 32)
        var place = 0
        while place < input.count {
            let end = plainEnd(of: input, from: place)
            if end > place {
                out.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[place..<end]))
                previous = input[end - 1]
                isLineStart = previous == 10
                place = end
            } else {
                encode(input[place], into: &out)
                place += 1
            }
        }
    }

    /// Up to where the octets go through as they are: to the end of the line, when it ends as it should.
    private func plainEnd(of input: UnsafeRawBufferPointer, from place: Int) -> Int {
        guard previous != 13, !isLineStart || !stuffsDots || input[place] != UInt8(ascii: "."), let base = input.baseAddress else {
            return place
        }
        let feed = memchr(base + place, 10, input.count - place).map { UnsafeRawPointer($0) - base } ?? input.count
        let lineEnd = memchr(base + place, 13, feed - place).map { UnsafeRawPointer($0) - base } ?? feed
        return lineEnd == feed - 1 && feed < input.count ? feed + 1 : lineEnd
    }

    private mutating func encode(_ octet: UInt8, into out: inout [UInt8]) {
        if previous == 13, octet != 10 {
            out.append(10)
            isLineStart = true
        }
        if octet == 10, previous != 13 { out.append(13) }
        if isLineStart, stuffsDots, octet == UInt8(ascii: ".") { out.append(octet) }
        out.append(octet)
        isLineStart = octet == 10
        previous = octet
    }

    /// No more octets come: the last line's end if it is missing, and behind DATA the end of the message.
    public mutating func finish(into out: inout [UInt8]) {
        if previous == 13 {
            out.append(10)
        } else if !isLineStart {
            out += [13, 10]
        }
        if stuffsDots { out += [UInt8(ascii: "."), 13, 10] }
        self = MessageEncoder(stuffsDots: stuffsDots)
    }
}
