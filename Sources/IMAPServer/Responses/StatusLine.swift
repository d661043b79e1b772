import IMAPWire
import NIOCore

/// Lines that a session says. RFC 3501 §7
extension ByteBuffer {
    /// `tag OK [code] text`; `*` without a tag.
    mutating func writeStatus(_ tag: [UInt8]?, _ status: String, _ code: ResponseCode?, _ text: String) {
        if let tag { writeBytes(tag) } else { writeStaticString("*") }
        writeStaticString(" ")
        writeString(status)
        writeStaticString(" ")
        if let code {
            writeStaticString("[")
            writeString(code.description)
            writeStaticString("] ")
        }
        writeString(text)
        writeStaticString("\r\n")
    }

    /// `* 12 EXISTS` and its like.
    mutating func writeNumbered(_ number: Int, _ word: StaticString) {
        writeStaticString("* ")
        writeDecimal(UInt64(max(0, number)))
        writeStaticString(" ")
        writeStaticString(word)
        writeStaticString("\r\n")
    }

    /// Digits, written in place: a FETCH of ten thousand messages writes thirty thousand numbers.
    mutating func writeDecimal(_ number: UInt64) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: 20) { space in
            var rest = number
            var digits = 1
            while rest >= 10 {
                rest /= 10
                digits += 1
            }
            rest = number
            for place in (0..<digits).reversed() {
                space[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return digits
        }
    }
}
