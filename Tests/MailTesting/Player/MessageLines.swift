/// A stored message by its lines, for comparing it with what a transcript wants.
struct MessageLines {
    private var rest: ArraySlice<[UInt8]>

    init(_ message: [UInt8]) {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        for octet in message {
            if octet == 10, line.last == 13 {
                line.removeLast()
                lines.append(line)
                line = []
            } else {
                line.append(octet)
            }
        }
        if !line.isEmpty { lines.append(line) }
        rest = lines[...]
    }

    /// Line for line; `...` skips to the next one that is wanted.
    mutating func compare(_ content: [MailboxState.Content], _ captures: inout [String: [UInt8]], or failing: Speaker.Failing) throws {
        var skips = false
        var last = 0
        for wanted in content {
            guard case .line(let line) = wanted else {
                skips = true
                continue
            }
            last = line.number
            while let next = rest.first, !line.pattern.matches(next, &captures), skips { rest.removeFirst() }
            guard let next = rest.popFirst() else {
                throw failing(line.number, "wanted \(line.pattern.description(with: captures)), the message has no further line")
            }
            guard line.pattern.matches(next, &captures) else {
                throw failing(
                    line.number,
                    "wanted \(line.pattern.description(with: captures)), the message has \(String(decoding: next, as: UTF8.self))")
            }
            skips = false
        }
        if !skips, let next = rest.first {
            throw failing(last, "wanted the message's end, it goes on with \(String(decoding: next, as: UTF8.self))")
        }
    }
}
