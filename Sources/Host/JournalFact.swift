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
    /// Native journald fields, `NAME=value`, ready for `sd_journal_sendv`.
    func fields(program: String) -> [String] {
        let own = details.map { "\(Self.fieldName($0.name))=\(JournalText.escaped($0.value))" }
        return ["MESSAGE=\(JournalText.escaped(message))", "PRIORITY=\(priority)", "SYSLOG_IDENTIFIER=\(program)"] + own
    }

    /// One readable line, for a terminal or a file: time, level, sentence, then the details as `name=value`.
    func line(at time: String) -> String {
        let shown = details.map { " \(JournalText.escaped($0.name))=\(JournalText.quoted($0.value))" }
        return "\(time) \(levelName): \(JournalText.escaped(message))\(shown.joined())\n"
    }

    /// `message` → `POSTERN_MESSAGE`; what a field name cannot hold becomes `_` (systemd.journal-fields(7)).
    static func fieldName(_ name: String) -> String {
        let allowed = name.utf8.map { octet in
            switch octet {
            case 48...57, 65...90: octet
            case 97...122: octet - 32
            default: UInt8(ascii: "_")
            }
        }
        // journald drops names longer than 64.
        return "POSTERN_" + String(decoding: allowed.prefix(56), as: UTF8.self)
    }
}
