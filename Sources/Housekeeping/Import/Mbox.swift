import Glibc
import MailCore
import MailStore

/// An mbox: messages one after the other, each behind a line `From sender date`; `>From` at the begin of a line was `From` once.
///
/// The file is read in pieces that begin at a message and end before one.
struct Mbox {
    let path: String
    let size: Int

    private static let separator = Array("From ".utf8)

    init?(_ path: String) {
        guard let (size, _) = FileReading.facts(path), let begin = FileReading.bytes(path, count: 5), size == 0 || begin == Self.separator
        else { return nil }
        self.path = path
        self.size = size
    }

    /// The messages from `offset` on, some `budget` octets of them but at least one; `place` is where the next one begins.
    func messages(from offset: Int, budget: Int) -> [ImportedMessage]? {
        var length = max(budget, 64 << 10)
        while true {
            guard let bytes = FileReading.bytes(path, from: offset, count: min(length, size - offset)) else { return nil }
            let isEnd = offset + bytes.count >= size
            var starts = Self.starts(in: bytes)
            if isEnd { starts.append(bytes.count) }
            if starts.count >= 2 {
                return zip(starts, starts.dropFirst()).map { Self.message(bytes[$0..<$1], next: offset + $1) }
            }
            if isEnd { return [] }
            // One message is longer than all that was read.
            guard length < FileReading.largestMessage else { return nil }
            length *= 4
        }
    }

    /// Where messages begin: `From ` at the file's begin or behind an empty line.
    static func starts(in bytes: [UInt8]) -> [Int] {
        var starts: [Int] = []
        var line = 0
        var isBehindEmpty = true
        while line < bytes.count {
            let end = bytes[line...].firstIndex(of: 10) ?? bytes.count
            if isBehindEmpty, bytes[line...].starts(with: separator) { starts.append(line) }
            isBehindEmpty = end == line || (end == line + 1 && bytes[line] == 13)
            line = end + 1
        }
        return starts
    }

    static func message(_ bytes: ArraySlice<UInt8>, next: Int) -> ImportedMessage {
        let firstEnd = bytes.firstIndex(of: 10) ?? bytes.endIndex
        let date = date(inSeparator: String(decoding: bytes[..<firstEnd], as: UTF8.self))
        var body = bytes[min(firstEnd + 1, bytes.endIndex)...]
        // The empty line before the next `From ` belongs to the form.
        if body.last == 10 { body = body.dropLast(body.dropLast().last == 13 ? 2 : 1) }
        if let last = body.last, last != 10 { body.append(10) }
        let plain = FileReading.withNetworkLineEnds(unquoted(body)[...])
        let (flags, keywords) = flags(in: plain)
        return ImportedMessage(octets: plain, flags: flags, keywords: keywords, internalDate: date ?? Int64(time(nil)), place: String(next))
    }

    /// `>From ` → `From `, `>>From ` → `>From `.
    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: ">")) else { return Array(bytes) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var line = bytes.startIndex
        while line < bytes.endIndex {
            let end = bytes[line...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.endIndex
            let text = bytes[line..<end]
            let isQuoted = text.first == UInt8(ascii: ">") && text.drop { $0 == UInt8(ascii: ">") }.starts(with: separator)
            result += isQuoted ? text.dropFirst() : text
            line = end
        }
        return result
    }

    /// `Status: RO`, `X-Status: AF`, `X-Keywords: Work Later`: what mail programs note in an mbox's headers.
    static func flags(in message: [UInt8]) -> (flags: Flags, keywords: [String]) {
        var flags: Flags = []
        var keywords: [String] = []
        var line = 0
        while line < message.count, let end = message[line...].firstIndex(of: 10), end > line + 1 {
            let text = message[line..<end]
            line = end + 1
            guard text.count < 1000, text.first == UInt8(ascii: "S") || text.first == UInt8(ascii: "X"),
                let colon = text.firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            let value = String(decoding: text[(colon + 1)...], as: UTF8.self)
            switch String(decoding: text[..<colon], as: UTF8.self) {
            case "Status": if value.contains("R") { flags.insert(.seen) }
            case "X-Status":
                for (letter, flag) in [("A", Flags.answered), ("F", .flagged), ("D", .deleted), ("T", .draft)]
                where value.contains(letter) { flags.insert(flag) }
            case "X-Keywords":
                keywords = value.split { $0 == " " || $0 == "," || $0 == "\r" || $0 == "\r\n" }.map(String.init)
                    .filter(Maildir.isUsable(keyword:))
            default: break
            }
        }
        return (flags, keywords)
    }

    /// `From a@b Thu Jan  1 00:00:00 1970`, in UTC.
    static func date(inSeparator line: String) -> Int64? {
        let words = line.split { $0 == " " || $0 == "\r" }
        guard words.count >= 7 else { return nil }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // The sender may have blanks; the date is what begins with a month.
        guard let at = words.indices.dropFirst(2).first(where: { months.contains(String(words[$0])) }), at + 3 < words.count,
            let month = months.firstIndex(of: String(words[at])), let day = Int32(words[at + 1]), (1...31).contains(day)
        else { return nil }
        let clock = words[at + 2].parts(at: ":").compactMap { Int32($0) }
        // Between time and year some programs write a zone.
        guard clock.count >= 2, let year = words[(at + 3)...].compactMap({ Int32($0) }).first(where: { (1970...9999).contains($0) })
        else { return nil }
        var parts = tm()
        parts.tm_year = year - 1900
        parts.tm_mon = Int32(month)
        parts.tm_mday = day
        parts.tm_hour = clock[0]
        parts.tm_min = clock[1]
        parts.tm_sec = clock.count > 2 ? clock[2] : 0
        return Int64(timegm(&parts))
    }
}
