internal import CSystemd
internal import Glibc

/// Where journal lines go.
enum JournalOutlet: Sendable {
    case journal
    case standardError

    /// Whether a descriptor of ours is the journal's stream: systemd.exec(5), `JOURNAL_STREAM=device:inode`.
    static func isJournal(_ descriptor: CInt) -> Bool {
        guard let stream = getenv("JOURNAL_STREAM").map({ String(cString: $0) }) else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    func write(_ fact: JournalFact, program: String) {
        switch self {
        case .journal:
            // A journal that cannot be reached must not silence us.
            if !Self.send(fact.fields(program: program)) { Self.print(fact.line(at: Self.timeNow())) }
        case .standardError:
            Self.print(fact.line(at: Self.timeNow()))
        }
    }

    private static func send(_ fields: (octets: [UInt8], lengths: [Int])) -> Bool {
        var octets = fields.octets
        return octets.withUnsafeMutableBytes { raw in
            var place = raw.baseAddress
            let vectors = fields.lengths.map { length in
                defer { place = place?.advanced(by: length) }
                return iovec(iov_base: place, iov_len: length)
            }
            return sd_journal_sendv(vectors, Int32(vectors.count)) == 0
        }
    }

    /// One `write`, so that the lines of several threads do not mingle.
    private static func print(_ line: [UInt8]) {
        line.withUnsafeBytes { raw in
            var written = 0
            while written < raw.count {
                let count = Glibc.write(STDERR_FILENO, raw.baseAddress?.advanced(by: written), raw.count - written)
                if count > 0 { written += count } else if errno != EINTR { return }
            }
        }
    }

    private static func timeNow() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return time(seconds: now.tv_sec, milliseconds: now.tv_nsec / 1_000_000)
    }

    /// RFC 3339 §5.6, in UTC, for the years of four digits.
    static func time(seconds: Int, milliseconds: Int) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(unsafeUninitializedCapacity: 24) { room in
            var place = 0
            func put(_ value: Int, _ digits: Int, _ behind: Unicode.Scalar) {
                var rest = value
                for index in (place..<place + digits).reversed() {
                    room[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                room[place + digits] = UInt8(ascii: behind)
                place += digits + 1
            }
            put(Int(parts.tm_year) + 1900, 4, "-")
            put(Int(parts.tm_mon) + 1, 2, "-")
            put(Int(parts.tm_mday), 2, "T")
            put(Int(parts.tm_hour), 2, ":")
            put(Int(parts.tm_min), 2, ":")
            put(Int(parts.tm_sec), 2, ".")
            put(milliseconds, 3, "Z")
            return place
        }
    }
}
