import Glibc

/// Finds how much of a message TOP shows, in pieces of any size: its header, the empty line, and so many lines of the body.
/// RFC 1939 §7
public struct TopExtent: Sendable {
    /// Lines of the body that are still to come; the empty line is none of them.
    private var lines: Int
    private var isInHeader = true
    /// What the line that is being read has so far: nothing, one CR, or something.
    private var line = Line.empty
    /// All of it was met; the rest of the message is not wanted.
    public private(set) var isComplete = false

    private enum Line {
        case empty, cr, text
    }

    public init(lines: Int) { self.lines = max(0, lines) }

    /// Takes the next octets and answers how many of them are shown.
    public mutating func take(_ octets: UnsafeRawBufferPointer) -> Int {
        guard let base = octets.baseAddress else { return 0 }
        var start = 0
        while !isComplete, start < octets.count {
            let found = memchr(base + start, 10, octets.count - start)
            let end = found.map { UnsafeRawPointer($0) - base } ?? octets.count
            if end > start { line = line == .empty && end == start + 1 && octets[start] == 13 ? .cr : .text }
            guard found != nil else { return octets.count }
            endLine()
            start = end + 1
        }
        return start
    }

    private mutating func endLine() {
        if isInHeader {
            isInHeader = line == .text
            isComplete = !isInHeader && lines == 0
        } else {
            lines -= 1
            isComplete = lines == 0
        }
        line = .empty
    }
}
