internal import MailCore

/// A list of texts. On a command line: items separated by commas, in brackets or not, an item with a comma in double quotes:
/// `Drafts, Sent`, `["a,b", "c"]`; nothing or `[]` is the empty list.
extension Array: SettingValue where Element == String {
    public static var form: SettingForm { .list }

    public init?(text: String) {
        var scanner = Scanner(text)
        scanner.skipBlanks()
        let bracketed = scanner.take(UInt8(ascii: "["))
        self = []
        scanner.skipBlanks()
        while !scanner.atEnd, scanner.peek != UInt8(ascii: "]") {
            guard let item = scanner.listItem() else { return nil }
            append(item)
            scanner.skipBlanks()
            guard scanner.take(UInt8(ascii: ",")) else { break }
            scanner.skipBlanks()
            // a comma promises an item, but TOML allows a last one in brackets
            if scanner.atEnd { return nil }
        }
        if bracketed, !scanner.take(UInt8(ascii: "]")) { return nil }
        scanner.skipBlanks()
        guard scanner.atEnd else { return nil }
    }

    public init?(written: WrittenValue) {
        guard case .list(let items) = written else { return nil }
        self = []
        for item in items {
            guard case .text(let text) = item else { return nil }
            append(text)
        }
    }

    public var text: String {
        map { item in
            let needsQuotes =
                item.isEmpty || item.utf8.contains { ",\"\\[]".utf8.contains($0) } || item.utf8.first == UInt8(ascii: " ")
                || item.utf8.last == UInt8(ascii: " ")
            return needsQuotes ? "\"" + item.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" : item
        }.joined(separator: ", ")
    }

    public var written: WrittenValue { .list(map { .text($0) }) }
}

extension Scanner {
    fileprivate mutating func skipBlanks() {
        _ = take { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    /// One item: in double quotes with backslash escapes, or bare up to a comma or bracket; `nil` when it is neither.
    fileprivate mutating func listItem() -> String? {
        var octets: [UInt8] = []
        if take(UInt8(ascii: "\"")) {
            while true {
                guard let octet = next() else { return nil }
                if octet == UInt8(ascii: "\"") { break }
                guard octet == UInt8(ascii: "\\") else {
                    octets.append(octet)
                    continue
                }
                guard let escaped = next() else { return nil }
                octets.append(escaped)
            }
        } else {
            octets = Array(take { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") })
            while octets.last == UInt8(ascii: " ") || octets.last == UInt8(ascii: "\t") { octets.removeLast() }
            if octets.isEmpty { return nil }
        }
        return String(validating: octets, as: UTF8.self)
    }
}
