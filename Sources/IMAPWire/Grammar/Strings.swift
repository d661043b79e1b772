public import MailCore

/// The words of IMAP's formal syntax over a command's bytes, literals standing inline. RFC 3501 §9
extension Scanner {
    /// Exactly one space; the grammar knows no other white space.
    public mutating func space() throws(SyntaxError) {
        guard take(UInt8(ascii: " ")) else { throw error(wanted: "a space") }
    }

    /// RFC 3501 §9 `atom`.
    public mutating func atom() throws(SyntaxError) -> ArraySlice<UInt8> {
        let text = take { $0.isIMAPAtomText }
        guard !text.isEmpty else { throw error(wanted: "an atom") }
        return text
    }

    /// RFC 3501 §9 `tag`: like an astring's atom, but without `+`.
    public mutating func tag() throws(SyntaxError) -> ArraySlice<UInt8> {
        let text = take { $0.isIMAPAstringText && $0 != UInt8(ascii: "+") }
        guard !text.isEmpty else { throw error(wanted: "a tag") }
        return text
    }

    /// RFC 3501 §9 `astring`: an atom (which may hold `]`), a quoted string or a literal.
    public mutating func astring() throws(SyntaxError) -> [UInt8] {
        if peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "{") { return try string() }
        let text = take { $0.isIMAPAstringText }
        guard !text.isEmpty else { throw error(wanted: "a string") }
        return Array(text)
    }

    /// RFC 3501 §9 `list-mailbox`: a name in which `%` and `*` may stand unquoted.
    public mutating func listMailbox() throws(SyntaxError) -> [UInt8] {
        if peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "{") { return try string() }
        let text = take { $0.isIMAPAstringText || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "*") }
        guard !text.isEmpty else { throw error(wanted: "a mailbox pattern") }
        return Array(text)
    }

    /// RFC 3501 §9 `nstring`; `nil` is NIL.
    public mutating func nstring() throws(SyntaxError) -> [UInt8]? {
        if peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "{") { return try string() }
        guard take("NIL") else { throw error(wanted: "a string or NIL") }
        return nil
    }

    /// RFC 3501 §9 `string`: quoted or a literal.
    public mutating func string() throws(SyntaxError) -> [UInt8] {
        peek == UInt8(ascii: "{") ? try literal() : try quoted()
    }

    /// RFC 3501 §9 `quoted`. Octets beyond ASCII are taken as they are: passwords come so from many clients.
    private mutating func quoted() throws(SyntaxError) -> [UInt8] {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while true {
            text += take { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 0 && $0 != 10 && $0 != 13 }
            switch next() {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let escaped = next(), escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else {
                    throw error(wanted: "\\\" or \\\\")
                }
                text.append(escaped)
            default: throw error(wanted: "a closing quote")
            }
        }
    }

    /// RFC 3501 §9 `literal`, RFC 7888 §3: the announcement, CRLF, then as many octets; none of them NUL.
    private mutating func literal() throws(SyntaxError) -> [UInt8] {
        try expect(UInt8(ascii: "{"))
        let count = try number(limit: UInt64(UInt32.max))
        _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
        try expect("}\r\n")
        guard count <= UInt64(remaining) else { throw error(wanted: "the whole literal") }
        let content = Array(rest.prefix(Int(count)))
        guard !content.contains(0) else { throw error(wanted: "a literal without NUL") }
        skip(content.count)
        return content
    }
}

extension UInt8 {
    /// RFC 3501 §9 `ATOM-CHAR`.
    public var isIMAPAtomText: Bool { isIMAPAstringText && self != UInt8(ascii: "]") }

    /// RFC 3501 §9 `ASTRING-CHAR`.
    public var isIMAPAstringText: Bool {
        guard self > 0x20, self < 0x7F else { return false }
        switch self {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "*"), UInt8(ascii: "\""),
            UInt8(ascii: "\\"):
            return false
        default: return true
        }
    }
}
