internal import MailCore

/// What names and passwords may be, by whichever mechanism they come.
enum Identity {
    /// An address is 320 octets at most; this leaves room for names of other forms.
    static let longest = 512
    static let longestPassword = 1024

    /// A name, or nothing where nothing is allowed. `offset` is for errors.
    static func name(_ octets: some Collection<UInt8>, mayBeEmpty: Bool, at offset: Int) throws(SyntaxError) -> String {
        guard mayBeEmpty || !octets.isEmpty else { throw SyntaxError(wanted: "a name", offset: offset) }
        guard octets.count <= longest else { throw SyntaxError(wanted: "a name of at most \(longest) octets", offset: offset) }
        guard !octets.contains(0) else { throw SyntaxError(wanted: "a name without NUL", offset: offset) }
        guard let text = String(validating: octets, as: UTF8.self) else { throw SyntaxError(wanted: "a name in UTF-8", offset: offset) }
        return text
    }

    static func password(_ octets: some Collection<UInt8>, at offset: Int) throws(SyntaxError) -> [UInt8] {
        guard !octets.isEmpty else { throw SyntaxError(wanted: "a password", offset: offset) }
        guard octets.count <= longestPassword else {
            throw SyntaxError(wanted: "a password of at most \(longestPassword) octets", offset: offset)
        }
        guard !octets.contains(0) else { throw SyntaxError(wanted: "a password without NUL", offset: offset) }
        guard String(validating: octets, as: UTF8.self) != nil else { throw SyntaxError(wanted: "a password in UTF-8", offset: offset) }
        return Array(octets)
    }
}
