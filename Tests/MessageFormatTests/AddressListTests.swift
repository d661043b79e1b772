import MessageFormat
import Testing

@Suite struct AddressListTests {
    /// Members in a form of their own: `name | route | local part | domain`, `{name` and `}` for a group.
    @Test(arguments: [
        ("", ""), (" , ,;", ""), ("(only a comment)", ""), ("a@b", "||a|b"), ("a@b.", "||a|b."), ("<a@b>", "||a|b"),
        ("Ann <a@b>", "Ann||a|b"), ("\"Ann B\" <a@b>", "Ann B||a|b"), ("Ann \"the\" B. <a@b>", "Ann the B.||a|b"), ("\"\" <a@b>", "||a|b"),
        ("Ann\t B\r\n C <a@b>", "Ann B C||a|b"), ("a@b (Ann)", "Ann||a|b"), ("a@b (Ann (B) \\(C)", "Ann (B) (C||a|b"),
        ("(x) a (y) @ (z) b (last)", "last||a|b"), ("Ann <a@b> (x)", "Ann||a|b"), ("<a@b> (x)", "x||a|b"),
        ("\"a b\"@c", "||a b|c"), ("\"a\\\"b\"@c", "||a\"b|c"), ("a.b . c@d . e", "||a.b.c|d.e"), ("\"a\".b@c", "||a.b|c"),
        ("<@r1,@r2:a@b>", "|@r1,@r2|a|b"), ("Ann <@r1 , (x) @r2 : a@b>", "Ann|@r1,@r2|a|b"), ("<@a>", "|||a"), ("<@a,b@c>", "|||a;||b|c"),
        ("a@[192.0.2.1]", "||a|[192.0.2.1]"), ("<a@[IPv6:2001:db8::1]>", "||a|[IPv6:2001:db8::1]"),
        ("a@b,c@d", "||a|b;||c|d"), ("a@b;c@d", "||a|b;||c|d"), ("a@b c@d", "a@b||c|d"),
        ("g:;", "{g;}"), ("g: a@b, c <d@e>;", "{g;||a|b;c||d|e;}"), ("g:a@b", "{g;||a|b;}"), ("g:a@b;, c@d", "{g;||a|b;};||c|d"),
        ("g: h: a@b;;", "{g;h:||a|b;}"), ("\"g h\" : ;", "{g h;}"), ("undisclosed-recipients:;", "{undisclosed-recipients;}"),
        ("root", "||root|"), ("Ann Lee", "||Ann Lee|"), ("a@b@c", "||a@b|c"), ("<a@b@c>", "||a@b|c"), ("<>", "|||"), ("Ann <>", "Ann|||"),
        ("a@b <a@b>", "a@b||a|b"), ("Ann a@b", "Ann||a|b"), ("Ann <a@b", "Ann||a|b"), ("Ann <a@b, c@d", "Ann||a|b;||c|d"),
        ("\"Ann <a@b>, c@d", "Ann||a|b;||c|d"), ("a\\b@c", "||ab|c"), ("[x] <a@b>", "[x]||a|b"), ("a@b>", "||a|b"), ("<<a@b>>", "||a|b"),
        ("=?utf-8?Q?a,_b_<c>?= <a@b>", "=?utf-8?Q?a,_b_<c>?=||a|b"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?= <a@b>", "=?utf-8?Q?a?= =?utf-8?Q?b?=||a|b"),
        ("<a@b> junk \"q, r\" more, c@d", "||a|b;||c|d"), ("mailto:a@b", "{mailto;||a|b;}"), ("<mailto:a@b>", "||mailto:a|b"),
        ("Jürgen <jürgen@bücher>", "Jürgen||jürgen|bücher"), ("@b", "|||b"), ("a@", "||a|"), ("a@,b@c", "||a|;||b|c"), (":", "{;}"),
        ("(", ""), ("\"", ""),
    ])
    func isRead(list: String, members: String) {
        #expect(AddressList.parse(list.utf8).map(Self.form).joined(separator: ";") == members)
    }

    private static func form(_ member: AddressListMember) -> String {
        switch member {
        case .groupStart(let name): "{" + String(decoding: name, as: UTF8.self)
        case .groupEnd: "}"
        case .mailbox(let mailbox):
            [mailbox.name, mailbox.route, mailbox.localPart, mailbox.domain].map { String(decoding: $0, as: UTF8.self) }.joined(
                separator: "|")
        }
    }

    @Test func theLimitEndsAnOpenGroup() {
        let members = AddressList.parse("g: a@b, c@d, e@f;".utf8, limit: 2)
        #expect(members.count == 3)
        #expect(members.last == .groupEnd)
    }

    /// Every list takes time that grows with its length alone: a megabyte of each takes a moment.
    @Test(arguments: [
        "(", "\"", "\\\"", "<", "<@a,", "@", "a,", "=?a?q?b", "=?", "[", "g:", "a ", "\"a\" ", "<a@b> (", "((a)", ".", ";", "a@b ", "a@b@",
        "a . b ", "\"a", "[a ", "<a<",
    ])
    func longListsEnd(unit: String) {
        let list = Array(String(repeating: unit, count: 100_000 / unit.utf8.count).utf8)
        #expect(AddressList.parse(list, limit: 200_000).count <= 100_001)
    }
}
