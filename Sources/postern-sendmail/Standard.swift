internal import Glibc

/// The program's three streams.
enum Standard {
    /// The next octets of the input, as many as come; none at its end. `nil` when it cannot be read.
    static func read() -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(STDIN_FILENO, &octets, octets.count)
            if count < 0, errno == EINTR { continue }
            return count < 0 ? nil : Array(octets[..<count])
        }
    }

    /// Whether all of it could be written.
    @discardableResult
    static func write(_ octets: [UInt8], to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        var done = 0
        while done < octets.count {
            let count = octets[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return false }
            done += max(0, count)
        }
        return true
    }

    static func complain(_ line: String) { write(Array((line + "\n").utf8), to: STDERR_FILENO) }
}

/// The input line by line, whatever the pieces are in which it comes.
struct InputLines {
    private var held: [UInt8] = []
    private var start = 0
    private var isOver = false
    /// The input could not be read to its end.
    private(set) var isBroken = false

    /// The next line with its end, or the first `limit` octets of it; `nil` at the end of the input.
    mutating func next(limit: Int = 1 << 20) -> ArraySlice<UInt8>? {
        // Octets behind `start`, which moves when more is read.
        var looked = 0
        while true {
            if let feed = held[(start + looked)...].firstIndex(of: 10) { return take(min(feed + 1, start + limit)) }
            looked = held.count - start
            if held.count - start >= limit { return take(start + limit) }
            if isOver { return start < held.count ? take(held.count) : nil }
            fill()
        }
    }

    /// What was read and not taken, else the next piece; `nil` at the end of the input.
    mutating func piece() -> ArraySlice<UInt8>? {
        if start == held.count, !isOver { fill() }
        return start < held.count ? take(held.count) : isOver ? nil : []
    }

    private mutating func take(_ end: Int) -> ArraySlice<UInt8> {
        defer { start = end }
        return held[start..<end]
    }

    private mutating func fill() {
        if start > 0 {
            held.removeSubrange(..<start)
            start = 0
        }
        let more = Standard.read()
        isBroken = more == nil
        if more?.isEmpty ?? true { isOver = true }
        held += more ?? []
    }
}
