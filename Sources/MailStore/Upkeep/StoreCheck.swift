public import MailCore

/// What a check of the whole store found.
public struct StoreCheckReport: Sendable, Hashable {
    public var messages = 0
    public var bytes = ByteCount(0)
    /// One sentence each: a message whose bytes are not what was written, a counter that lies, an index that is torn.
    public var findings: [String] = []
}

extension MailStore {
    /// Reads every message back and proves its checksum, the index's own integrity, and every mailbox's counters. Runs in short
    /// steps beside ordinary work; `progress` hears of each.
    public func check(progress: @Sendable (StoreCheckReport) -> Void = { _ in }) async throws -> StoreCheckReport {
        var report = StoreCheckReport()
        report.findings += try await read { try $0.indexFindings() }
        var after: Int64? = -1
        while let from = after {
            let step = try await read { try $0.checkMessages(after: from, limit: 200) }
            report.messages += step.messages
            report.bytes.bytes += step.bytes
            report.findings += step.findings
            after = step.last
            progress(report)
        }
        report.findings += try await read { try $0.counterFindings() }
        return report
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
        for message in messages {
            step.messages += 1
            step.bytes += message.size
            do {
                try withBytes(of: message, 0..<message.size) { _ in }
            } catch {
                step.findings.append("\(error)")
            }
        }
        step.last = messages.count == limit ? messages.last?.id.number : nil
        return step
    }

    func indexFindings() throws -> [String] {
        try connection.statement("PRAGMA quick_check(20)").all { $0.text(0) }.filter { $0 != "ok" }.map { "The index is torn: \($0)." }
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
