public import MailCore

/// What may stand behind a keyword: words that single spaces part. RFC 1939 §3, RFC 2449 §3
extension Scanner {
    /// Takes a number of a message or of lines. Numbers beyond 32 bits are nobody's.
    public mutating func number() throws(SyntaxError) -> Int {
        try space()
        return Int(try number(limit: UInt64(UInt32.max)))
    }

    /// A number if there is one before the end of the line.
    public mutating func numberOrNothing() throws(SyntaxError) -> Int? {
        skipTrailingSpaces()
        return atEnd ? nil : try number()
    }

    /// A word of printable characters, with UTF-8 beyond ASCII let through.
    public mutating func word(_ wanted: String) throws(SyntaxError) -> [UInt8] {
        try space()
        let word = take { $0 > 0x20 && $0 != 0x7F }
        guard !word.isEmpty else { throw error(wanted: wanted) }
        return Array(word)
    }

    /// A word if there is one before the end of the line.
    public mutating func wordOrNothing(_ wanted: String) throws(SyntaxError) -> [UInt8]? {
        skipTrailingSpaces()
        return atEnd ? nil : try word(wanted)
    }

    /// Everything to the end of the line, spaces included.
    public mutating func text(_ wanted: String) throws(SyntaxError) -> [UInt8] {
        try space()
        let text = take { _ in true }
        guard !text.isEmpty else { throw error(wanted: wanted) }
        return Array(text)
    }

    /// Nothing but white space may be left: some clients send a space behind a command that has no arguments.
    public mutating func nothingMore() throws(SyntaxError) {
        skipTrailingSpaces()
        try expectEnd()
    }

    private mutating func space() throws(SyntaxError) {
        guard take(UInt8(ascii: " ")) else { throw error(wanted: "a space") }
    }

    /// Goes to the end of the line when only spaces and tabs are left.
    private mutating func skipTrailingSpaces() {
        if rest.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { move(to: end) }
    }
}
