import SMTPWire
import Testing

@Suite struct HeaderMeterTests {
    @Test(arguments: [
        ("", 0, false), ("\r\n", 2, true), ("\n", 1, true), ("a: b\r\n\r\nbody\r\n\r\n", 8, true), ("a: b\n\nbody", 6, true),
        ("a: b\r\n\r\r\nc", 10, false), ("a: b\r\nc", 7, false), ("a\r\n", 3, false), ("\r", 1, false), ("a\r\n\r\n", 5, true),
    ])
    func headerEndsAtTheEmptyLine(text: String, size: Int, isOver: Bool) {
        let octets = Array(text.utf8)
        for length in [octets.count + 1, 1, 2, 3] {
            var meter = HeaderMeter()
            var rest = octets[...]
            while !rest.isEmpty {
                Array(rest.prefix(length)).withUnsafeBytes { meter.feed($0) }
                rest = rest.dropFirst(length)
            }
            #expect(meter.size == size)
            #expect(meter.isOver == isOver)
        }
    }
}
