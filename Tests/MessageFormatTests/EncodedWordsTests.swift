import MessageFormat
import Testing

@Suite struct EncodedWordsTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("=?ISO-8859-1?Q?a?=", "a"), ("=?iso-8859-1?q?this=20is=20some=20text?=", "this is some text"),
        // RFC 2047 §8
        ("(=?ISO-8859-1?Q?a?= b)", "(a b)"), ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a?=\r\n  =?ISO-8859-1?Q?b?=)", "(ab)"), ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
        (
            "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
            "If you can read this you understand the example."
        ),
        // a character cut in two
        ("=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"), ("=?UTF-8?B?4oI=?= =?utf-8?B?rA==?=", "€"), ("=?utf-8?B?w7zDvA?=", "üü"),
        ("=?utf-8?Q?=C3?= =?us-ascii?Q?x?=", "Ãx"),
        // charsets
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"), ("=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?shift_jis?B?k/qWew==?=", "日本"), ("=?gb2312?B?1tDOxA==?=", "中文"), ("=?big5?B?pKSk5Q==?=", "中文"), ("=?euc-kr?B?x9GxuQ==?=", "한국"),
        ("=?ISO-8859-15?Q?=A4?=", "€"), ("=?iso-8859-1?Q?=80=A4?=", "€¤"), ("=?windows-1252?Q?=81?=", "\u{81}"), ("=?utf-7?Q?+AOQ-?=", "ä"),
        ("=?utf-8*de?Q?=C3=BC?=", "ü"), ("=?unknown-x?Q?=C3=BC?=", "ü"), ("=?unknown-x?Q?=FC?=", "ü"), ("=?utf-8?Q?=FC?=", "ü"),
        ("=?x//TRANSLIT?Q?a?=", "a"),
        ("=?../../x?Q?=C3=BC?=", "ü"), ("=?iso-2022-jp?B?GyRC?= x", " x"), ("=?gb18030?Q?=FF?=", "\u{FFFD}"),
        // not quite encoded words
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="), ("=?utf-8?Q?a", "=?utf-8?Q?a"), ("=??Q?a?=", "=??Q?a?="), ("=?utf-8?Q??=", ""),
        ("=?a b?Q?a?=", "=?a b?Q?a?="),
        ("=?utf-8?Q?a b?=", "a b"), ("=?utf-8?Q?a?b?=", "a?b"), ("x=?utf-8?Q?a?=y", "xay"), ("=?utf-8?Q?a=?=", "a="),
        ("=?utf-8?Q?=ZZ?=", "=ZZ"),
        ("==?utf-8?Q?a?==", "=a="), ("=?utf-8?B?****?=", ""), ("=?utf-8?q?=?utf-8?q?a?=", "=?utf-8?q?a"), ("=?", "=?"), ("=", "="),
        // folding and raw octets
        ("a\r\n b", "a b"), ("a\n\tb", "a\tb"), ("ü", "ü"), ("a\rb", "a\rb"),
    ])
    func isDecoded(text: String, read: String) { #expect(EncodedWords.decode(text.utf8) == read) }

    @Test(
        arguments: [([0xFC], "ü"), ([0xC3, 0xBC, 0xFC], "üü"), ([0x80], "€"), ([0xE2, 0x82], "â‚"), ([0x41, 0xC3], "AÃ")]
            as [([UInt8], String)])
    func rawOctets(octets: [UInt8], read: String) { #expect(EncodedWords.decode(octets) == read) }

    @Test func beginningsOfWordsAreCheap() {
        let text = String(repeating: "=?a?q?b", count: 20_000)
        #expect(EncodedWords.decode(text.utf8) == text)
    }
}
