internal import Logging

/// One journal line before it is written: what happened, how bad it is, and the fields by which it can be found.
struct JournalFact: Sendable {
    /// syslog's, 0…7. RFC 5424 §6.2.1
    let priority: Int
    let levelName: String
    let message: String
    /// `POSTERN_EVENT` and the other fields under their short names, the well-known ones first, then by name.
    let details: [(name: String, value: String)]

    /// The fields that every reader knows, in the order in which they are shown.
    private static let wellKnown = ["event", "message", "peer", "account", "task"]

    init(level: Logger.Level, message: String, error: (any Error)? = nil, metadata: Logger.Metadata) {
        priority = Self.priority(level)
        levelName = level.rawValue
        self.message = message
        let ranked = { (name: String, value: String) in
            (rank: Self.wellKnown.firstIndex(of: name) ?? Self.wellKnown.count, name: name, value: value)
        }
        var details = metadata.map { ranked($0.key, Self.text($0.value)) }
        if let error { details.append(ranked("error", "\(error)")) }
        details.sort { ($0.rank, $0.name) < ($1.rank, $1.name) }
        self.details = details.map { (name: $0.name, value: $0.value) }
    }

    init(priority: Int, levelName: String, message: String, details: [(name: String, value: String)]) {
        self.priority = priority
        self.levelName = levelName
        self.message = message
        self.details = details
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .array(let values): values.map(text).joined(separator: " ")
        case .dictionary(let values): values.sorted { $0.key < $1.key }.map { "\($0.key)=\(text($0.value))" }.joined(separator: " ")
        }
    }
}

extension JournalFact {
    /// Native journald fields, `NAME=value`, one behind the other, with their lengths: ready for `sd_journal_sendv`.
    func fields(program: String) -> (octets: [UInt8], lengths: [Int]) {
        var octets: [UInt8] = []
        octets.reserveCapacity(1024)
        var lengths: [Int] = []
        lengths.reserveCapacity(3 + details.count)
        var start = 0
        func end() {
            lengths.append(octets.count - start)
            start = octets.count
        }
        octets.append(text: "MESSAGE=")
        octets.append(escaped: message)
        end()
        octets.append(text: "PRIORITY=")
        octets.append(UInt8(ascii: "0") + UInt8(priority))
        end()
        octets.append(text: "SYSLOG_IDENTIFIER=")
        octets.append(text: program)
        end()
        for (name, value) in details {
            octets.append(fieldName: name)
            octets.append(UInt8(ascii: "="))
            octets.append(escaped: value)
            end()
        }
        return (octets, lengths)
    }

    /// One readable line, for a terminal or a file: time, level, sentence, then the details as `name=value`.
    func line(at time: String) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(512)
        line.append(text: time)
        line.append(UInt8(ascii: " "))
        line.append(text: levelName)
        line.append(text: ": ")
        line.append(escaped: message)
        for (name, value) in details {
            line.append(UInt8(ascii: " "))
            line.append(escaped: name)
            line.append(UInt8(ascii: "="))
            line.append(text: JournalText.quoted(value))
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }
}

extension [UInt8] {
    fileprivate mutating func append(text: String) {
        if text.utf8.withContiguousStorageIfAvailable({ append(contentsOf: $0) }) == nil { append(contentsOf: text.utf8) }
    }

    fileprivate mutating func append(escaped text: String) { append(text: JournalText.escaped(text)) }

    /// `message` → `POSTERN_MESSAGE`; what a field name cannot hold becomes `_` (systemd.journal-fields(7)).
    fileprivate mutating func append(fieldName name: String) {
        append(text: "POSTERN_")
        // journald drops names longer than 64.
        for octet in name.utf8.prefix(56) {
            switch octet {
            case 48...57, 65...90: append(octet)
            case 97...122: append(octet - 32)
            default: append(UInt8(ascii: "_"))
            }
        }
    }
}
