import MessageFormat
import Testing

@Suite struct HeaderDateTests {
    /// Each with the same moment in the form that we write.
    @Test(arguments: [
        // RFC 5322 §3.3 and its examples
        ("Fri, 21 Nov 1997 09:55:06 -0600", "Fri, 21 Nov 1997 15:55:06 +0000"),
        ("Tue, 1 Jul 2003 10:52:37 +0200", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("Thu, 13 Feb 1969 23:32:54 -0330", "Fri, 14 Feb 1969 03:02:54 +0000"),
        ("24 Nov 1997 14:22 -0800", "Mon, 24 Nov 1997 22:22:00 +0000"),
        ("Mon, 24 Nov 1997 14:22:01 -0800", "Mon, 24 Nov 1997 22:22:01 +0000"),
        // RFC 5322 §4.3: short years, named zones
        ("21 Nov 97 09:55:06 GMT", "Fri, 21 Nov 1997 09:55:06 +0000"), ("1 Jan 49 00:00:00 UT", "Fri, 01 Jan 2049 00:00:00 +0000"),
        ("1 Jan 50 00:00:00 UT", "Sun, 01 Jan 1950 00:00:00 +0000"), ("1 Jan 104 00:00:00 UT", "Thu, 01 Jan 2004 00:00:00 +0000"),
        ("27 Aug 76 0932 PDT", "Fri, 27 Aug 1976 00:00:00 +0000"), ("27 Aug 76 09:32 PDT", "Fri, 27 Aug 1976 16:32:00 +0000"),
        ("1 Jan 2024 00:00:00 EST", "Mon, 01 Jan 2024 05:00:00 +0000"), ("1 Jan 2024 00:00:00 EDT", "Mon, 01 Jan 2024 04:00:00 +0000"),
        ("1 Jan 2024 00:00:00 CST", "Mon, 01 Jan 2024 06:00:00 +0000"), ("1 Jan 2024 00:00:00 CDT", "Mon, 01 Jan 2024 05:00:00 +0000"),
        ("1 Jan 2024 00:00:00 MST", "Mon, 01 Jan 2024 07:00:00 +0000"), ("1 Jan 2024 00:00:00 MDT", "Mon, 01 Jan 2024 06:00:00 +0000"),
        ("1 Jan 2024 00:00:00 PST", "Mon, 01 Jan 2024 08:00:00 +0000"), ("1 Jan 2024 00:00:00 pdt", "Mon, 01 Jan 2024 07:00:00 +0000"),
        ("1 Jan 2024 00:00:00 Z", "Mon, 01 Jan 2024 00:00:00 +0000"), ("1 Jan 2024 00:00:00 A", "Mon, 01 Jan 2024 00:00:00 +0000"),
        ("1 Jan 2024 00:00:00 CEST", "Mon, 01 Jan 2024 00:00:00 +0000"), ("1 Jan 2024 00:00:00 -0000", "Mon, 01 Jan 2024 00:00:00 +0000"),
        // comments and white space anywhere
        ("Thu,\r\n      13\r\n        Feb\r\n  1969\r\n      23:32\r\n   -0330 (Newfoundland Time)", "Fri, 14 Feb 1969 03:02:00 +0000"),
        ("(a) Mon (b) , (c) 1 (d(e)) Jan (f) 2024 (g) 10 : 20 : 30 (h) +0100 (i", "Mon, 01 Jan 2024 09:20:30 +0000"),
        ("  Mon,1 Jan 2024 10:00:00+0100", "Mon, 01 Jan 2024 09:00:00 +0000"),
        ("Fri,  21 Nov 1997 09(comment):   55  :  06 -0600", "Fri, 21 Nov 1997 15:55:06 +0000"),
        // what else is met
        ("Sat Nov 20 14:22:01 1999", "Sat, 20 Nov 1999 14:22:01 +0000"),
        ("Sat Nov 20 14:22:01 EST 1999", "Sat, 20 Nov 1999 19:22:01 +0000"),
        ("Sat Nov  6 14:22:01 +0100 1999", "Sat, 06 Nov 1999 13:22:01 +0000"), ("Jan 5, 2020 10:00", "Sun, 05 Jan 2020 10:00:00 +0000"),
        ("January 5 2020", "Sun, 05 Jan 2020 00:00:00 +0000"), ("5 Jan 2020", "Sun, 05 Jan 2020 00:00:00 +0000"),
        ("5-Jan-2020 10:00:00 +0000", "Sun, 05 Jan 2020 10:00:00 +0000"),
        ("Mar, 5 Jan 2020 10:00:00 +0000", "Sun, 05 Jan 2020 10:00:00 +0000"),
        ("Sun 5 Jan 2020 10:00:00 GMT+0200", "Sun, 05 Jan 2020 08:00:00 +0000"),
        ("Sun, 5 Jan 2020 10:00:00 +02:00", "Sun, 05 Jan 2020 08:00:00 +0000"),
        ("Sun, 5 Jan 2020 10:00:00 GMT-5", "Sun, 05 Jan 2020 15:00:00 +0000"),
        ("Wed, 5 Sept 2018 10:00:00.123 +0000", "Wed, 05 Sep 2018 10:00:00 +0000"),
        ("5 Jan 2020 10:00:00 +0199", "Sun, 05 Jan 2020 10:00:00 +0000"),
        ("5 Jan 2020 10:00:00 trailing words", "Sun, 05 Jan 2020 10:00:00 +0000"),
        ("31 Dec 2016 23:59:60 +0000", "Sun, 01 Jan 2017 00:00:00 +0000"),
        ("29 Feb 2024 12:00:00 +0000", "Thu, 29 Feb 2024 12:00:00 +0000"),
        ("31 Dec 9999 23:59:59 +0000", "Fri, 31 Dec 9999 23:59:59 +0000"), ("1 Jan 1900 00:00:00 +0000", "Mon, 01 Jan 1900 00:00:00 +0000"),
        // no dates
        ("", "unreadable"), ("yesterday", "unreadable"), ("Mon, 32 Jan 2024 10:00:00 +0000", "unreadable"),
        ("Mon, 30 Feb 2024 10:00:00 +0000", "unreadable"), ("Mon, 29 Feb 2023 10:00:00 +0000", "unreadable"),
        ("1 Foo 2024 10:00:00", "unreadable"),
        ("1 Jan 2024 24:00:00 +0000", "unreadable"), ("1 Jan 2024 10:60:00 +0000", "unreadable"),
        ("1 Jan 2024 10:00:61 +0000", "unreadable"),
        ("1 Jan 1066 10:00:00 +0000", "unreadable"), ("1 Jan 20244 10:00:00 +0000", "unreadable"), ("123 Jan 2024 10:00:00", "unreadable"),
        ("1 Jan", "unreadable"), ("((((", "unreadable"), ("99999999999999999999 Jan 2024", "unreadable"),
    ])
    func isRead(text: String, moment: String) {
        #expect((HeaderDate.parse(text.utf8).map { HeaderDate.format($0) } ?? "unreadable") == moment)
    }

    @Test(arguments: [
        (0 as Int64, 0, "Thu, 01 Jan 1970 00:00:00 +0000"), (1_136_239_445, -420, "Mon, 02 Jan 2006 15:04:05 -0700"),
        (-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"),
        (0, 330, "Thu, 01 Jan 1970 05:30:00 +0530"), (0, -330, "Wed, 31 Dec 1969 18:30:00 -0530"),
        (951_782_400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (4_107_542_400, 0, "Mon, 01 Mar 2100 00:00:00 +0000"), (.max, 0, "Fri, 31 Dec 9999 23:59:59 +0000"),
        (.min, 0, "Mon, 01 Jan 0001 00:00:00 +0000"),
    ])
    func isWritten(unix: Int64, zone: Int, text: String) {
        #expect(HeaderDate.format(unix, zoneMinutes: zone) == text)
    }

    @Test func everyDayGoesBothWays() {
        for day in stride(from: Int64(-25_567), to: 60_000, by: 1) {
            let unix = day * 86400 + 43_210
            #expect(HeaderDate.parse(HeaderDate.format(unix, zoneMinutes: Int(day % 840)).utf8) == unix)
        }
    }

    /// RFC 3501 §6.4.4: SENTON and its like compare the day as written.
    @Test(arguments: [
        ("Mon, 1 Jan 2024 23:30:00 -0800", 19_723 as Int64), ("Tue, 2 Jan 2024 00:30:00 +1400", 19_724), ("1 Jan 1970 00:00:00 +0000", 0),
        ("31 Dec 1969 23:00:00 +0000", -1),
    ])
    func theDayIsTheWritersDay(text: String, day: Int64) {
        let encoded = MessageStructure("Date: \(text)\r\n\r\n").summary.encoded
        #expect(encoded.withUnsafeBytes { MessageSummary.sentDay(ofEncoded: $0) } == day)
    }
}
