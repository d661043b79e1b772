import MailCore
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("alice@example.org", "alice@example.org"), ("A.B@EXAMPLE.org", "A.B@example.org"), ("\"a b\"@x.org", "\"a b\"@x.org"),
        ("\"a\\\"b\"@x.org", "\"a\\\"b\"@x.org"), ("\"plain\"@x.org", "plain@x.org"), ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("a@[IPv6:2001:db8::1]", "a@[ipv6:2001:db8::1]"), ("jürgen@müller.example", "jürgen@müller.example"), ("a+b@x", "a+b@x"),
    ])
    func isRead(text: String, written: String) {
        #expect(MailAddress(text)?.description == written)
    }

    @Test(arguments: [
        "", "alice", "@x", "a@", "a..b@x", ".a@x", "a.@x", "a@-x", "a@x-", "a@x..y", "a@[1.2.3]", "a b@x", "\"a@x", "a@x y", "a@[::1]x",
        String(repeating: "a", count: 65) + "@x", "a@" + String(repeating: "a", count: 64),
    ])
    func isRefused(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::1", "::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::", "::"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("fe80::1:2", "fe80::1:2"),
    ])
    func addressIsRead(text: String, written: String) { #expect(IPAddress(text)?.description == written) }

    @Test(arguments: ["", "1.2.3", "1.2.3.256", "1.2.3.4.5", ":::", "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7:8:9"])
    func addressIsRefused(text: String) { #expect(IPAddress(text) == nil) }

    @Test func aPrefixOfSixtyFourIsOnePeer() {
        #expect(IPAddress("2001:db8:1:2:3:4:5:6")?.limitKey == IPAddress("2001:db8:1:2:ffff::1")?.limitKey)
        #expect(IPAddress("192.0.2.1")?.limitKey != IPAddress("192.0.2.2")?.limitKey)
    }
}

@Suite struct WordTests {
    @Test(arguments: [("50MiB", 50 << 20), ("0B", 0), ("1025B", 1025), ("1GiB", 1 << 30)])
    func sizes(text: String, bytes: Int) {
        #expect(ByteCount(text: text)?.bytes == bytes)
        #expect(ByteCount(bytes).description == text)
    }
    @Test(arguments: ["", "50", "MiB", "-1B", "+1B", "1 MiB", "99999999999TiB", "1mib"])
    func sizesRefused(text: String) { #expect(ByteCount(text: text) == nil) }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (20_000_000, "19.1 MiB"), (20 << 30, "20.0 GiB"),
        (3 << 50, "3072.0 TiB"),
    ])
    func sizesRead(bytes: Int, text: String) { #expect(ByteCount(bytes).readable == text) }

    @Test(arguments: [
        ("1s", Duration.seconds(1)), ("30m", .seconds(1800)), ("2d", .seconds(172800)), ("48h", .seconds(172800)),
        ("250ms", .milliseconds(250)),
    ])
    func durations(text: String, value: Duration) { #expect(Duration(text: text) == value) }
    @Test(arguments: ["", "5", "5x", "-5s", "1h30m", "9999999999999999999d"])
    func durationsRefused(text: String) { #expect(Duration(text: text) == nil) }
    @Test func durationsAreWrittenShort() {
        #expect(Duration.seconds(5400).text == "90m")
        #expect(Duration.seconds(172800).text == "2d")
        #expect(Duration.seconds(0).text == "0s")
        #expect(Duration.milliseconds(1500).text == "1500ms")
    }

    @Test func base64GoesBothWays() {
        for length in 0..<40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.decode(Array("AG=".utf8)) == nil)
        #expect(Base64.decode(Array("A=GA".utf8)) == nil)
    }

    @Test func identifiersGoBothWays() {
        let account = AccountID.random()
        #expect(AccountID(account.description) == account)
        #expect(AccountID(octets: account.octets) == account)
        for number: Int64 in [0, 1, 30, 31, 12_345_678, .max] { #expect(MessageID(MessageID(number).description)?.number == number) }
        #expect(MessageID("a") == nil)
    }

    @Test func numbersNeverOverflow() {
        var scanner = Scanner("18446744073709551616")
        #expect((try? scanner.number()) == nil)
        var plus = Scanner("+5")
        #expect((try? plus.number()) == nil)
    }
}
