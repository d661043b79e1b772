/// What a client says, with `$name` for what was captured, `\r` `\n` `\xNN` for octets and `$(TEXT*COUNT)` for repetitions.
///
/// Every other backslash stands for itself, as IMAP's flags need.
struct ClientText: Sendable, Hashable {
    let source: String

    init(_ source: String) { self.source = source }

    /// Whether it has a place for the size of the block that follows.
    var announcesBlock: Bool { source.contains("{}") || source.contains("{+}") }

    /// With that size: `{31}` and `{31+}` are literals of IMAP, SMTP's BDAT has the bare number.
    func announcing(_ size: Int, to service: ServiceName) -> ClientText {
        switch service.dialect {
        case .imap: ClientText(source.replacing("{}", with: "{\(size)}").replacing("{+}", with: "{\(size)+}"))
        case .smtp, .pop3: ClientText(source.replacing("{}", with: "\(size)"))
        }
    }

    /// The octets; throws a sentence when a capture is not known or a repetition cannot be read.
    func octets(_ captures: [String: [UInt8]]) throws(Unreadable) -> [UInt8] {
        var octets: [UInt8] = []
        var rest = Array(source.utf8)[...]
        while let octet = rest.popFirst() {
            if octet == UInt8(ascii: "$"), let repeated = try Self.repetition(&rest) {
                octets += repeated
            } else if octet == UInt8(ascii: "$"), let name = Pattern.takeName(&rest) {
                guard let value = captures[name] else { throw Unreadable("$\(name) was not captured before") }
                octets += value
            } else if octet == UInt8(ascii: "\\"), let escaped = Self.escape(&rest) {
                octets.append(escaped)
            } else {
                octets.append(octet)
            }
        }
        return octets
    }

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// `(TEXT*COUNT)` behind a `$`, at most 16 MiB in all; `nil` when no bracket opens.
    static func repetition(_ rest: inout ArraySlice<UInt8>) throws(Unreadable) -> [UInt8]? {
        guard rest.first == UInt8(ascii: "(") else { return nil }
        guard let end = rest.firstIndex(of: UInt8(ascii: ")")), let star = rest[..<end].lastIndex(of: UInt8(ascii: "*")),
            let count = Int(String(decoding: rest[star..<end].dropFirst(), as: UTF8.self)), count >= 0
        else { throw Unreadable("a repetition is written $(TEXT*COUNT)") }
        var inner = rest[..<star].dropFirst()
        var text: [UInt8] = []
        while let octet = inner.popFirst() {
            if octet == UInt8(ascii: "\\"), let escaped = escape(&inner) { text.append(escaped) } else { text.append(octet) }
        }
        guard count <= 16 << 20, text.count * count <= 16 << 20 else { throw Unreadable("a repetition has at most 16 MiB") }
        rest = rest[(end + 1)...]
        return Array(repeatElement(text, count: count).joined())
    }

    /// What follows a backslash; nothing is taken when it is no escape.
    private static func escape(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
        switch rest.first {
        case UInt8(ascii: "r"):
            rest.removeFirst()
            return 13
        case UInt8(ascii: "n"):
            rest.removeFirst()
            return 10
        case UInt8(ascii: "x"):
            guard rest.count >= 3, let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            rest = rest.dropFirst(3)
            return value
        default: return nil
        }
    }
}
