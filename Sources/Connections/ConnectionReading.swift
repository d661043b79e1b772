internal import Glibc
public import NIOCore

/// Pulled input: the session says what comes next, and gets just that.
extension Connection {
    /// Takes one line, without its line end: CRLF, or a bare LF (`endedWithBareLF` then says so). RFC 5321 §2.3.8
    ///
    /// `limit` counts octets with the line end; `within` is for the whole line, however slowly it drips.
    public func line(limit: Int, within: Duration) async throws(ConnectionError) -> [UInt8] {
        loop.assertHere()
        let began = loop.now
        var searched = 0
        looked = 0
        if output.readableBytes + unflushed > Self.outputMark { try await relieve(within: within) }
        while true {
            if let end = input.firstLineFeed(from: searched) {
                guard end < limit else { throw .lineTooLong }
                return takeLine(feedAt: end)
            }
            searched = input.readableBytes
            guard searched < limit else { throw .lineTooLong }
            try await more(.command, since: began, within: within)
        }
    }

    /// Whose octets are waited for.
    public enum InputKind: Hashable, Sendable {
        /// A message's, from a peer that came to us: it has its time to come to the end, also when this server stops.
        case content
        /// What a server says to us, which nobody needs when this server stops.
        case answer
        /// What a server says to something that it may have taken over: a stop lets it have a moment.
        case verdict
    }

    /// Shows all input that is there, at least one octet, to `take`, which returns how many octets it used up.
    ///
    /// What it leaves is shown again, at once when it used something, else together with what comes next.
    public func input(
        _ kind: InputKind = .content, within: Duration, _ take: (UnsafeRawBufferPointer) -> Int
    ) async throws(ConnectionError) {
        loop.assertHere()
        if output.readableBytes + unflushed > Self.outputMark { try await relieve(within: within) }
        while input.readableBytes <= looked {
            // Whoever leaves so much untouched will never want it.
            guard looked <= Self.inputMark else { throw .lineTooLong }
            try await more(kind.wait, since: loop.now, within: within)
        }
        let shown = input.readableBytes
        let used = input.withUnsafeReadableBytes(take)
        precondition((0...shown).contains(used), "a session used up more input than it was shown")
        consume(used)
        looked = used == 0 ? shown : 0
    }

    /// Takes 1…`limit` octets as they lie in the input buffer, without copying: literals, BDAT chunks.
    public func bytes(atMost limit: Int, within: Duration) async throws(ConnectionError) -> ByteBuffer {
        loop.assertHere()
        precondition(limit > 0, "a session asked for no octets")
        looked = 0
        if output.readableBytes + unflushed > Self.outputMark { try await relieve(within: within) }
        while input.readableBytes == 0 { try await more(.content, since: loop.now, within: within) }
        if input.readableBytes <= limit {
            defer { input = ByteBuffer() }
            return input
        }
        return input.readSlice(length: limit) ?? ByteBuffer()
    }

    /// What ended `waitForInput`.
    public enum Event: Hashable, Sendable { case input, woken }

    /// Waits until there is input, or until somebody called `wake()` (also before the wait began). Input comes first.
    public func waitForInput(within: Duration) async throws(ConnectionError) -> Event {
        loop.assertHere()
        looked = 0
        let began = loop.now
        while true {
            if input.readableBytes > 0 { return .input }
            if wasWoken {
                wasWoken = false
                return .woken
            }
            try await more(.event, since: began, within: within)
        }
    }

    /// Lets the sockets and the other sessions of this loop have their turn.
    public func yield() async {
        loop.assertHere()
        await pause { loop.executor.resumeLater($0) }
    }

    private func takeLine(feedAt end: Int) -> [UInt8] {
        let line = input.withUnsafeReadableBytes { raw in
            endedWithBareLineFeed = end == 0 || raw[end - 1] != UInt8(ascii: "\r")
            return Array(raw[..<(endedWithBareLineFeed ? end : end - 1)])
        }
        consume(end + 1)
        return line
    }

    private func consume(_ count: Int) {
        input.moveReaderIndex(forwardBy: count)
        if input.readableBytes == 0 { input = ByteBuffer() }
    }
}

extension Connection.InputKind {
    fileprivate var wait: Connection.Wait {
        switch self {
        case .content: .content
        case .answer: .answer
        case .verdict: .verdict
        }
    }
}

extension ByteBuffer {
    /// Where the next LF stands, counted from the first readable octet.
    fileprivate func firstLineFeed(from start: Int) -> Int? {
        withUnsafeReadableBytes { raw in
            guard start < raw.count, let base = raw.baseAddress, let found = memchr(base + start, 10, raw.count - start) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
