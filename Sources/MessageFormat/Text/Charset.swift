import MailCore

/// A way to write text in octets.
///
/// A name that a peer gives is looked up in a list of those that mail is written in; glibc's rarer converters, some of which had
/// endless loops and aborts, are out of a peer's reach.
enum Charset: Sendable, Hashable {
    /// Also ASCII, and what no charset is named for: octets that are not UTF-8 are read as Windows-1252, one by one.
    case utf8
    /// Also ISO-8859-1, as whose it is mostly labelled.
    case windows1252
    /// By glibc's name.
    case other(String)

    /// `nil` when it is unknown.
    init?(named name: String) {
        let name = name.asciiLowercased
        guard name.utf8.count <= 40, let charset = Charset.byName[name] else { return nil }
        self = charset
    }

    private static let byName: [String: Charset] = {
        var names: [String: Charset] = [:]
        for name in ["utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "unicode-1-1-utf-8"] { names[name] = .utf8 }
        for name in ["iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "l1", "windows-1252", "cp1252", "cp-1252", "x-ansi", "ansi"] {
            names[name] = .windows1252
        }
        for (glibc, others) in table {
            names[glibc.asciiLowercased] = .other(glibc)
            for name in others.parts(at: " ") { names[String(name)] = .other(glibc) }
        }
        return names
    }()

    /// glibc's names, and others for the same. Encodings of one vendor are preferred where they contain the standard's: what is labelled
    /// `gb2312` or `shift_jis` is written with them.
    private static let table: [(glibc: String, others: String)] = [
        ("ISO-8859-2", "iso8859-2 iso_8859-2 latin2 l2"), ("ISO-8859-3", "iso8859-3 iso_8859-3 latin3"),
        ("ISO-8859-4", "iso8859-4 iso_8859-4 latin4"), ("ISO-8859-5", "iso8859-5 iso_8859-5 cyrillic"),
        ("ISO-8859-6", "iso8859-6 iso_8859-6 arabic iso-8859-6-i iso-8859-6-e"), ("ISO-8859-7", "iso8859-7 iso_8859-7 greek"),
        ("ISO-8859-8", "iso8859-8 iso_8859-8 hebrew iso-8859-8-i iso-8859-8-e"), ("WINDOWS-1254", "cp1254 iso-8859-9 iso8859-9 latin5"),
        ("ISO-8859-10", "iso8859-10 latin6"), ("CP874", "windows-874 tis-620 iso-8859-11 iso8859-11"), ("ISO-8859-13", "iso8859-13 latin7"),
        ("ISO-8859-14", "iso8859-14 latin8"), ("ISO-8859-15", "iso8859-15 iso_8859-15 latin9 latin-9"),
        ("ISO-8859-16", "iso8859-16 latin10"),
        ("WINDOWS-1250", "cp1250"), ("WINDOWS-1251", "cp1251 win-1251"), ("WINDOWS-1253", "cp1253"), ("WINDOWS-1255", "cp1255"),
        ("WINDOWS-1256", "cp1256"), ("WINDOWS-1257", "cp1257"), ("WINDOWS-1258", "cp1258"),
        ("KOI8-R", "koi8r"), ("KOI8-U", "koi8u koi8-ru"), ("CP437", "ibm437"), ("CP850", "ibm850"), ("CP852", "ibm852"),
        ("CP855", "ibm855"), ("CP866", "ibm866"), ("MACINTOSH", "x-mac-roman mac"), ("MAC-CYRILLIC", "x-mac-cyrillic"),
        ("GB18030", "gbk gb2312 gb_2312-80 cp936 x-gbk euc-cn euccn"), ("BIG5-HKSCS", "big5 big-5 cp950 x-big5"),
        ("CP932", "shift_jis shift-jis sjis x-sjis windows-31j ms_kanji"), ("EUC-JP", "eucjp x-euc-jp"), ("ISO-2022-JP", ""),
        ("ISO-2022-JP-2", ""), ("ISO-2022-KR", ""), ("UHC", "euc-kr euckr ks_c_5601-1987 ks_c_5601 ksc5601 cp949 windows-949"),
        ("UTF-7", "unicode-1-1-utf-7"), ("UTF-16", "utf16 unicode"), ("UTF-16LE", ""), ("UTF-16BE", ""), ("UTF-32", ""),
        ("UTF-32LE", ""), ("UTF-32BE", ""), ("VISCII", ""), ("TCVN", "tcvn-5712"), ("ARMSCII-8", ""), ("GEORGIAN-PS", ""), ("PT154", ""),
    ]
}
