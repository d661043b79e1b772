import MailCore

/// A LIST pattern: `*` stands for anything, `%` for anything within a level. RFC 3501 §6.3.8
///
/// A name is matched in one walk over it: the set of places in the pattern that may have been reached is a row of bits, 64 at a
/// time, so that no pattern costs more than its own length a character.
public struct ListPattern: Sendable {
    private let length: Int
    /// For each octet that stands in the pattern: the places behind which it must come. One word for 64 places.
    private let places: [UInt8: [UInt64]]
    private let stars: [UInt64]
    private let percents: [UInt64]

    /// Longer ones match nothing: there is no such name.
    public static let longest = 2 * MailboxName.longestName

    /// Reference and pattern in wire form, the one put before the other; `nil` when no mailbox' name can match.
    public init?(reference: [UInt8], pattern: [UInt8]) {
        guard reference.count + pattern.count <= 4 * Self.longest, let text = ModifiedUTF7.decode(reference + pattern) else { return nil }
        self.init(text)
    }

    /// From UTF-8 text.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        let pattern = Self.joiningWildcards(text.utf8)
        length = pattern.count
        let words = pattern.count / 64 + 1
        var places: [UInt8: [UInt64]] = [:]
        for (place, octet) in pattern.enumerated() {
            places[octet, default: Array(repeating: 0, count: words)][place / 64] |= 1 << UInt64(place % 64)
        }
        let none = [UInt64](repeating: 0, count: words)
        stars = places.removeValue(forKey: UInt8(ascii: "*")) ?? none
        percents = places.removeValue(forKey: UInt8(ascii: "%")) ?? none
        self.places = places
    }

    /// Whether a mailbox' name (UTF-8) is meant. INBOX is compared without case.
    public func matches(_ name: String) -> Bool {
        let octets = name.utf8
        let isInbox = octets.prefix { $0 != MailboxName.separator }.elementsEqual("INBOX".utf8)
        var reached = [UInt64](repeating: 0, count: stars.count)
        reached[0] = 1
        passWildcards(&reached)
        for (index, octet) in octets.enumerated() {
            let upper = places[octet]
            let lower = isInbox && index < 5 ? places[octet.asciiLowercased] : nil
            var carry: UInt64 = 0
            var isAlive: UInt64 = 0
            for word in reached.indices {
                let matching = (upper?[word] ?? 0) | (lower?[word] ?? 0)
                let staying = stars[word] | (octet == MailboxName.separator ? 0 : percents[word])
                let moving = reached[word] & matching
                reached[word] = reached[word] & staying | moving << 1 | carry
                carry = moving >> 63
                isAlive |= reached[word]
            }
            if isAlive == 0 { return false }
            passWildcards(&reached)
        }
        return reached[length / 64] >> UInt64(length % 64) & 1 == 1
    }

    /// A wildcard may stand for nothing. No two stand side by side, so one step is enough.
    private func passWildcards(_ reached: inout [UInt64]) {
        var carry: UInt64 = 0
        for word in reached.indices {
            let passing = reached[word] & (stars[word] | percents[word])
            reached[word] |= passing << 1 | carry
            carry = passing >> 63
        }
    }

    /// `**`, `*%`, `%*` mean `*`; `%%` means `%`.
    private static func joiningWildcards(_ pattern: String.UTF8View) -> [UInt8] {
        var joined: [UInt8] = []
        for octet in pattern {
            let isStar = octet == UInt8(ascii: "*")
            let isPercent = octet == UInt8(ascii: "%")
            if let last = joined.last, isStar || isPercent, last == UInt8(ascii: "*") || last == UInt8(ascii: "%") {
                if isStar { joined[joined.count - 1] = octet }
            } else {
                joined.append(octet)
            }
        }
        return joined
    }
}
