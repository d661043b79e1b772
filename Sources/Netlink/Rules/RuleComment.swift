/// A rule's comment in the octets that nft keeps with it: elements of type, length, content (libnftnl's udata).
enum RuleComment {
    private static let type: UInt8 = 0
    /// nft's own limit, with the zero at the end.
    private static let longest = 128

    static func octets(_ comment: String) -> [UInt8] {
        let text = Array(comment.utf8.prefix(longest - 1)) + [0]
        return [type, UInt8(text.count)] + text
    }

    static func read(_ octets: ArraySlice<UInt8>) -> String? {
        var rest = octets
        while let kind = rest.popFirst(), let length = rest.popFirst(), Int(length) <= rest.count {
            if kind == type { return rest.prefix(Int(length)).netlinkText }
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }
}
