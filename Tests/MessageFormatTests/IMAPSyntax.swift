/// A reader of RFC 3501 §9's strings, numbers, NIL and parenthesised lists, written without a look at the writer.
enum IMAPSyntax {
    indirect enum Item: Equatable {
        case null
        case number(Int)
        case string([UInt8])
        case list([Item])
    }

    /// `nil` when the octets are not a sequence of items, with one space (or, before a list, nothing) between them.
    static func items(_ bytes: [UInt8]) -> [Item]? {
        var stack: [[Item]] = [[]]
        var at = 0
        var needsGap = false
        while at < bytes.count {
            let octet = bytes[at]
            if octet == UInt8(ascii: " ") {
                guard needsGap, at + 1 < bytes.count, bytes[at + 1] != UInt8(ascii: " "), bytes[at + 1] != UInt8(ascii: ")") else {
                    return nil
                }
                needsGap = false
                at += 1
                continue
            }
            if octet == UInt8(ascii: ")") {
                guard stack.count > 1 else { return nil }
                let list = stack.removeLast()
                stack[stack.count - 1].append(.list(list))
                at += 1
                needsGap = true
                continue
            }
            if octet == UInt8(ascii: "(") {
                stack.append([])
                at += 1
                needsGap = false
                continue
            }
            guard !needsGap, let item = string(bytes, &at) ?? atom(bytes, &at) else { return nil }
            stack[stack.count - 1].append(item)
            needsGap = true
        }
        return stack.count == 1 ? stack[0] : nil
    }

    private static func string(_ bytes: [UInt8], _ at: inout Int) -> Item? {
        if bytes[at] == UInt8(ascii: "{") {
            guard let close = bytes[at...].firstIndex(of: UInt8(ascii: "}")),
                let count = Int(String(decoding: bytes[at + 1..<close], as: UTF8.self)), bytes.count - close - 3 >= count,
                bytes[close + 1] == 13, bytes[close + 2] == 10
            else { return nil }
            let text = Array(bytes[close + 3..<close + 3 + count])
            guard !text.contains(0) else { return nil }
            at = close + 3 + count
            return .string(text)
        }
        guard bytes[at] == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        var here = at + 1
        while here < bytes.count, bytes[here] != UInt8(ascii: "\"") {
            if bytes[here] == UInt8(ascii: "\\") {
                here += 1
                guard here < bytes.count, bytes[here] == UInt8(ascii: "\\") || bytes[here] == UInt8(ascii: "\"") else { return nil }
            }
            guard bytes[here] >= 32 && bytes[here] < 127 || bytes[here] == 9 else { return nil }
            text.append(bytes[here])
            here += 1
        }
        guard here < bytes.count else { return nil }
        at = here + 1
        return .string(text)
    }

    private static func atom(_ bytes: [UInt8], _ at: inout Int) -> Item? {
        let run = bytes[at...].prefix { $0 != 32 && $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "(") }
        at += run.count
        let text = String(decoding: run, as: UTF8.self)
        if text == "NIL" { return .null }
        return Int(text).map { .number($0) }
    }
}
