public import MailCore

/// What a check of the whole store found.
public struct StoreCheckReport: Sendable, Hashable {
    public var messages = 0
    public var bytes = ByteCount(0)
    /// One sentence each: a message whose bytes are not what was written, a counter that lies, an index that is torn.
    public var findings: [String] = []

    public init() {}
}

extension MailStore {
    /// Reads every message back and proves its checksum, the index's own integrity, and every mailbox's counters. Runs in short
    /// steps beside ordinary work; `progress` hears of each.
    public func check(progress: @Sendable (StoreCheckReport) -> Void = { _ in }) async throws -> StoreCheckReport {
        var report = StoreCheckReport()
        var place: StoreCheckPlace? = .start
        while let step = place {
            place = try await checkStep(at: step, &report)
            progress(report)
        }
        return report
    }

    /// One bounded step of a check: adds what it finds to the report; answers where the next one begins, `nil` when this was the last.
    public func checkStep(at place: StoreCheckPlace, _ report: inout StoreCheckReport) async throws -> StoreCheckPlace? {
        switch place {
        case .index(let table):
            guard table < StoreSnapshot.checkedTables.count else { return .packs }
            report.findings += try await read { try $0.indexFindings(table: table) }
            return .index(table: table + 1)
        case .packs:
            report.findings += try await read { try $0.packFindings() }
            return .messages(after: -1)
        case .messages(let after):
            let step = try await read { try $0.checkMessages(after: after, limit: 500) }
            report.messages += step.messages
            report.bytes.bytes += step.bytes
            report.findings += step.findings
            return step.last.map { .messages(after: $0) } ?? .counters
        case .counters:
            report.findings += try await read { try $0.counterFindings() }
            return nil
        }
    }
}

/// Where a check stands.
public enum StoreCheckPlace: Hashable, Sendable {
    /// A table of the index and what lies in it.
    case index(table: Int)
    /// Whether the packs are there that the index points to.
    case packs
    /// Every message's octets, in the order of their ids.
    case messages(after: Int64)
    case counters

    public static let start = StoreCheckPlace.index(table: 0)

    /// As a word, and back.
    public var text: String {
        switch self {
        case .index(let table): "index \(table)"
        case .packs: "packs"
        case .messages(let after): "messages \(after)"
        case .counters: "counters"
        }
    }

    public init?(text: String) {
        let words = text.split(separator: " ")
        switch (words.first, words.dropFirst().first.flatMap { Int64($0) }) {
        case ("index"?, let table?) where table >= 0: self = .index(table: Int(clamping: table))
        case ("packs"?, nil): self = .packs
        case ("messages"?, let after?): self = .messages(after: after)
        case ("counters"?, nil): self = .counters
        default: return nil
        }
    }
}

extension StoreSnapshot {
    struct CheckStep: Sendable {
        var messages = 0
        var bytes = 0
        var findings: [String] = []
        /// `nil` when these were the last.
        var last: Int64?
    }

    func checkMessages(after id: Int64, limit: Int) throws -> CheckStep {
        let select = try connection.statement(
            "SELECT id, size, pack, offset, checksum FROM message WHERE id > ?1 ORDER BY id LIMIT ?2")
        select.bind(1, id)
        select.bind(2, limit)
        let messages = try select.all {
            StoredMessage(
                id: MessageID($0.int64(0)), size: $0.int(1), pack: $0.int64(2), offset: $0.int64(3),
                checksum: UInt32(truncatingIfNeeded: $0.int64(4)))
        }
        var step = CheckStep()
        // A step is bounded by what it reads, too.
        var read = 0
        for message in messages {
            guard step.bytes < 32 << 20 else { break }
            read += 1
            step.messages += 1
            step.bytes += message.size
            do {
                try withBytes(of: message, 0..<message.size) { _ in }
            } catch {
                step.findings.append("\(error)")
            }
        }
        step.last = read < messages.count || messages.count == limit ? messages[..<read].last?.id.number : nil
        return step
    }

    /// What a check of the index goes through, a table with its indexes a step.
    static let checkedTables: [StaticString] = [
        "PRAGMA quick_check(mailbox)", "PRAGMA quick_check(message)", "PRAGMA quick_check(entry)", "PRAGMA quick_check(expunged)",
        "PRAGMA quick_check(pack)", "PRAGMA quick_check(owner)", "PRAGMA quick_check(subscription)", "PRAGMA quick_check(queued)",
        "PRAGMA quick_check(queued_recipient)",
    ]

    func indexFindings(table: Int) throws -> [String] {
        try connection.statement(Self.checkedTables[table]).all { $0.text(0) }.filter { $0 != "ok" }.map { "The index is torn: \($0)." }
    }

    /// Packs that the index points to and that are not there, or end too soon.
    func packFindings() throws -> [String] {
        try connection.statement("SELECT pack, count(*), max(offset + size) FROM message GROUP BY pack").all { row -> String? in
            let (pack, messages, end) = (row.int64(0), row.int(1), row.int64(2))
            let size = packs.size(of: pack)
            guard size < end else { return nil }
            return size == 0
                ? "\(PackName.file(pack)) is missing; \(messages) messages lie in it."
                : "\(PackName.file(pack)) ends at \(size), not at \(end)."
        }.compactMap { $0 }
    }

    /// Counters and references that are not what counting gives.
    func counterFindings() throws -> [String] {
        let counters = try connection.statement(
            """
            SELECT m.id, m.messages, m.unseen, m.bytes, count(e.uid), coalesce(sum(e.uid IS NOT NULL AND NOT e.flags & 1), 0), \
            coalesce(sum(s.size), 0) FROM mailbox m LEFT JOIN entry e ON e.mailbox = m.id LEFT JOIN message s ON s.id = e.message \
            WHERE m.name NOT LIKE char(1) || '%' GROUP BY m.id
            """
        ).all { row in (row.int64(0), (1...6).map { row.int($0) }) }
        var findings: [String] = []
        for (id, values) in counters where values[0] != values[3] || values[1] != values[4] || values[2] != values[5] {
            findings.append("Mailbox \(id) counts \(values[0])/\(values[1])/\(values[2]) and has \(values[3])/\(values[4])/\(values[5]).")
        }
        let astray = try connection.statement(
            "SELECT count(*) FROM entry e LEFT JOIN message m ON m.id = e.message WHERE m.id IS NULL"
        ).first { $0.int(0) }
        if let astray, astray > 0 { findings.append("\(astray) entries point to no message.") }
        let unowned = try connection.statement(
            """
            SELECT count(*) FROM message m LEFT JOIN (SELECT message, count(*) AS found FROM entry GROUP BY message) e \
            ON e.message = m.id LEFT JOIN queued q ON q.message = m.id \
            WHERE m.entries != coalesce(e.found, 0) + (q.message IS NOT NULL)
            """
        ).first { $0.int(0) }
        if let unowned, unowned > 0 { findings.append("\(unowned) messages count their entries wrong.") }
        let queued = try connection.statement(
            """
            SELECT (SELECT count(*) FROM queued q LEFT JOIN message m ON m.id = q.message WHERE m.id IS NULL) \
            + (SELECT count(*) FROM queued q WHERE q.open != \
            (SELECT count(*) FROM queued_recipient r WHERE r.message = q.message AND r.state < 3))
            """
        ).first { $0.int(0) }
        if let queued, queued > 0 { findings.append("\(queued) messages in the queue have no bytes or count their recipients wrong.") }
        return findings
    }
}
