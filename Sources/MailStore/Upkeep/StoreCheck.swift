@preconcurrency import Glibc
public import MailCore

/// What a check of the whole store found.
public struct StoreCheckReport: Sendable, Hashable {
    public var messages = 0
    public var bytes = ByteCount(0)
    /// One sentence each: a message whose bytes are not what was written, a counter that lies, an index that is torn.
    public var findings: [String] = []

    public init() {}

    mutating func add(_ other: StoreCheckReport) {
        messages += other.messages
        bytes.bytes += other.bytes.bytes
        findings += other.findings
    }
}

extension MailStore {
    /// Reads every message back and proves its checksum, the index's own integrity, and every mailbox's counters, in a hurry while
    /// nothing else wants the machine; `progress` hears of each step.
    public func check(progress: @Sendable (StoreCheckReport) -> Void = { _ in }) async throws -> StoreCheckReport {
        var isQuiet = load.waiting == 0
        _ = try await beginCheck()
        var report = StoreCheckReport()
        var course = StoreCheckCourse()
        while course.next != nil {
            let before = load.taken
            try await checkStep(&course, hurrying: isQuiet, &report)
            isQuiet = !mailWaits(since: before)
            progress(report)
        }
        return report
    }

    /// Before the first step: has the index read ahead, and answers how much there is to read back.
    public func beginCheck() async throws -> (messages: Int, bytes: Int) {
        try await readLong { snapshot in
            try snapshot.readIndexAhead()
            return try snapshot.storedTotals()
        }
    }

    /// One step of a check: adds what it finds to the report. It reads some `limit` octets of messages, or a table of the index.
    /// Sessions never wait for it: its reader is its own.
    ///
    /// `hurrying`: nothing else wants the machine, and the step uses all of it until mail comes to this store, or to the one in use when
    /// this is not.
    public func checkStep(
        _ course: inout StoreCheckCourse, hurrying: Bool, inUse: MailStore? = nil, limit: Int = 16 << 20, _ report: inout StoreCheckReport
    ) async throws {
        guard let place = course.next else { return }
        guard hurrying else { return course.goOn(to: try await checkStep(at: place, limit: limit, &report)) }
        try await hurriedStep(&course, behind: inUse ?? self, &report)
    }

    /// One step without hurry; answers where the next one begins, `nil` when this was the last.
    public func checkStep(at place: StoreCheckPlace, limit: Int = 16 << 20, _ report: inout StoreCheckReport)
        async throws -> StoreCheckPlace?
    {
        switch place {
        case .index(let table):
            guard table < StoreSnapshot.checkedTables.count else { return .packs }
            report.findings += try await readLong { try $0.indexFindings(table: table) }
            return .index(table: table + 1)
        case .packs:
            report.findings += try await readLong { try $0.packFindings() }
            return .counters
        case .counters:
            report.findings += try await readLong { try $0.counterFindings() }
            return try await firstMessages()
        case .messages:
            let hand = PackInHand(helper: nil)
            defer { hand.close() }
            return try await readBack(from: place, limit: limit, hand, &report)
        }
    }

    /// Mail that comes meanwhile is not followed for ever.
    func firstMessages() async throws -> StoreCheckPlace {
        .messages(pack: 1, offset: 0, last: try await readLong { try $0.lastPack() })
    }

    /// Reads back some `limit` octets of messages; answers where it goes on, `nil` at the end.
    func readBack(from place: StoreCheckPlace, limit: Int, _ hand: PackInHand, _ report: inout StoreCheckReport)
        async throws -> StoreCheckPlace?
    {
        guard case .messages(let number, let offset, let last) = place else { preconditionFailure("only messages are read back") }
        let found = try await readLong { snapshot in
            try snapshot.packToRead(from: number, last: last).map { pack in
                (pack, try snapshot.readBack(pack, from: pack == number ? offset : 0, limit: limit, hand))
            }
        }
        guard let (pack, step) = found else { return nil }
        report.messages += step.messages
        report.bytes.bytes += step.bytes
        report.findings += step.findings
        return .messages(pack: step.next == nil ? pack + 1 : pack, offset: step.next ?? 0, last: last)
    }
}

/// Where a check stands.
public enum StoreCheckPlace: Hashable, Sendable {
    /// A table of the index and what lies in it.
    case index(table: Int)
    /// Whether the packs are there that the index points to, and what it counts of each.
    case packs
    case counters
    /// Every message's octets, in the order in which they lie in the packs up to `last`.
    case messages(pack: Int64, offset: Int64, last: Int64)

    public static let start = StoreCheckPlace.index(table: 0)

    /// As a word, and back.
    public var text: String {
        switch self {
        case .index(let table): "index \(table)"
        case .packs: "packs"
        case .messages(let pack, let offset, let last): "messages \(pack) \(offset) \(last)"
        case .counters: "counters"
        }
    }

    public init?(text: String) {
        let words = text.parts(at: " ")
        let numbers = words.dropFirst().compactMap { Int64($0) }
        guard !words.isEmpty, numbers.count == words.count - 1, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        switch (words[0], numbers.count) {
        case ("index", 1): self = .index(table: Int(clamping: numbers[0]))
        case ("packs", 0): self = .packs
        case ("messages", 3): self = .messages(pack: numbers[0], offset: numbers[1], last: numbers[2])
        case ("counters", 0): self = .counters
        default: return nil
        }
    }

    /// What is being looked at, for people.
    public var item: String {
        switch self {
        case .index(let table):
            StoreSnapshot.checkedTables.indices.contains(table)
                ? "table \(StoreSnapshot.checkedTables[table].name) of the index" : "the index"
        case .packs: "the packs' lengths"
        case .messages(let pack, _, _): PackName.file(pack)
        case .counters: "counters"
        }
    }
}

extension StoreSnapshot {
    /// What a check of the index goes through, a table with its indexes a step: each row, and that its indexes say the same.
    static let checkedTables: [(name: String, check: StaticString)] = [
        ("mailbox", "PRAGMA integrity_check(mailbox)"), ("message", "PRAGMA integrity_check(message)"),
        ("entry", "PRAGMA integrity_check(entry)"), ("expunged", "PRAGMA integrity_check(expunged)"),
        ("pack", "PRAGMA integrity_check(pack)"), ("owner", "PRAGMA integrity_check(owner)"),
        ("subscription", "PRAGMA integrity_check(subscription)"), ("queued", "PRAGMA integrity_check(queued)"),
        ("queued_recipient", "PRAGMA integrity_check(queued_recipient)"), ("seen", "PRAGMA integrity_check(seen)"),
        ("rights", "PRAGMA integrity_check(rights)"), ("removal", "PRAGMA integrity_check(removal)"),
        ("trace", "PRAGMA integrity_check(trace)"), ("trace_event", "PRAGMA integrity_check(trace_event)"),
        ("meta", "PRAGMA integrity_check(meta)"),
    ]

    func indexFindings(table: Int) throws -> [String] {
        let found = try connection.statement(Self.checkedTables[table].check).all { $0.text(0) }.filter { $0 != "ok" }
        if !found.isEmpty { try connection.throwIfRefused() }
        return found.map { "The index is torn: \($0)." }
    }

    /// Reads the index's file from front to back, as far as a quarter of the machine's memory goes: a drive does that many times faster
    /// than it reads the pages in the order in which a table's tree and its indexes lead to them.
    func readIndexAhead() throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var place: Int64 = 0
        let end = Int64(sysconf(Int32(_SC_PHYS_PAGES))) / 4 * Int64(sysconf(Int32(_SC_PAGESIZE)))
        // What lies in the log is not in the file, so that the file says itself where it ends.
        while place < end, (try? connection.readFile(into: buffer, at: place)) != nil { place += Int64(buffer.count) }
        try connection.throwIfRefused()
    }
}
