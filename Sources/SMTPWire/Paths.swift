public import MailCore

/// What stands in `RCPT TO:<…>`: an address, or the postmaster without a domain. RFC 5321 §4.1.1.3
public enum ForwardPath: Hashable, Sendable, CustomStringConvertible {
    case postmaster
    case address(MailAddress)

    public var isASCII: Bool {
        if case .address(let address) = self { address.isASCII } else { true }
    }

    /// Without angle brackets.
    public var description: String {
        switch self {
        case .postmaster: "postmaster"
        case .address(let address): "\(address)"
        }
    }
}

extension Scanner {
    /// `<>` or a path. RFC 5321 §4.1.2 Reverse-path. Spaces before the bracket, which the grammar forbids and many senders write,
    /// are skipped.
    public mutating func reversePath() throws(SyntaxError) -> ReversePath {
        try openPath()
        if take(UInt8(ascii: ">")) { return .nobody }
        try sourceRoute()
        let address = try mailbox()
        try expect(UInt8(ascii: ">"))
        return .address(address)
    }

    /// `<postmaster>`, in any case of letters, or a path. RFC 5321 §4.1.2 Forward-path, §4.5.1
    public mutating func forwardPath() throws(SyntaxError) -> ForwardPath {
        try openPath()
        if take("postmaster>") { return .postmaster }
        try sourceRoute()
        let address = try mailbox()
        try expect(UInt8(ascii: ">"))
        return .address(address)
    }

    private mutating func openPath() throws(SyntaxError) {
        skipSpaces()
        guard take(UInt8(ascii: "<")) else { throw error(wanted: "an address in angle brackets") }
    }

    /// `@a,@b:` before an address: read, and ignored, as RFC 5321 §4.1.1.3 and appendix C ask.
    private mutating func sourceRoute() throws(SyntaxError) {
        guard peek == UInt8(ascii: "@") else { return }
        repeat {
            try expect(UInt8(ascii: "@"))
            _ = try domain()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: ":"))
    }
}
