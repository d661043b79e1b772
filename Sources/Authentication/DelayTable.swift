/// Failures by key, the delay that they earn, and the line that attempts of one key stand in. Bounded: the oldest keys are dropped.
///
///     failures       0   1   2   3   4 and more
///     delay          –   1s  2s  4s  8s
///
/// One failure is forgotten a minute. An attempt of a key without failures waits for nobody, unless so many are being judged already
/// that it can only be a burst of guesses or the whole office after a restart: those come one in a tenth of a second.
struct DelayTable<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        var failures = 0
        /// When `failures` was counted.
        var counted: Duration
        /// Attempts that were reserved and not yet settled.
        var pending = 0
        /// When the last in line will be judged.
        var lineEnd: Duration
        /// Until when the key is kept though nothing is held against it.
        var keptUntil: Duration
        var touched: Duration
    }

    static var longestDelay: Duration { .seconds(8) }
    static var forgetting: Duration { .seconds(60) }
    /// More failures than these are not remembered: after ten quiet minutes everything is forgotten.
    static var mostFailures: Int { 10 }
    /// A mail program opens five connections at a time; several of them may stand behind one address.
    static var atOnce: Int { 16 }
    static var burstSpacing: Duration { .milliseconds(100) }
    /// Longer than this nobody is kept in line: clients give up at half a minute.
    static var longestLine: Duration { .seconds(25) }

    private var entries: [Key: Entry] = [:]
    private let capacity: Int
    /// How long a key is remembered for its own sake.
    private let lifetime: Duration

    init(capacity: Int, lifetime: Duration = .zero) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    var count: Int { entries.count }

    /// Whether the key is remembered for its own sake.
    func contains(_ key: Key, at now: Duration) -> Bool { entries[key].map { $0.keptUntil > now } ?? false }

    /// What the key's failures earn, without standing in line.
    func delay(_ key: Key, at now: Duration) -> Duration { Self.delay(of: entries[key].map { Self.failures(of: $0, at: now) } ?? 0) }

    /// A place in the key's line: how long it is; `nil` when it is too long.
    mutating func reserve(_ key: Key, at now: Duration) -> Duration? {
        update(key, at: now) { entry in
            let failures = Self.failures(of: entry, at: now)
            guard failures > 0 || entry.pending >= Self.atOnce || entry.lineEnd > now else {
                entry.pending += 1
                return .zero
            }
            let spacing = failures > 0 ? Self.delay(of: failures) : Self.burstSpacing
            let turn = max(now, entry.lineEnd) + spacing
            guard turn - now <= Self.longestLine else { return nil }
            entry.lineEnd = turn
            entry.pending += 1
            return turn - now
        }
    }

    /// The attempt that was reserved is over.
    mutating func release(_ key: Key) {
        guard let pending = entries[key]?.pending, pending > 0 else { return }
        entries[key]?.pending = pending - 1
    }

    mutating func blame(_ key: Key, at now: Duration) {
        update(key, at: now) { entry in
            entry.failures = min(Self.failures(of: entry, at: now) + 1, Self.mostFailures)
            entry.counted = now
        }
    }

    /// Nothing is held against the key any more.
    mutating func forgive(_ key: Key, at now: Duration) {
        guard entries[key] != nil else { return }
        update(key, at: now) { entry in
            entry.failures = 0
            entry.counted = now
            entry.lineEnd = now
        }
    }

    /// The same, and the key is remembered for the table's lifetime from now on.
    mutating func remember(_ key: Key, at now: Duration) {
        let end = now + lifetime
        update(key, at: now) { $0.keptUntil = end }
        forgive(key, at: now)
    }

    private static func failures(of entry: Entry, at now: Duration) -> Int {
        let forgotten = Int((now - entry.counted) / forgetting)
        return max(0, entry.failures - forgotten)
    }

    private static func delay(of failures: Int) -> Duration {
        failures <= 0 ? .zero : min(.seconds(1 << min(failures - 1, 10)), longestDelay)
    }

    @discardableResult
    private mutating func update<T>(_ key: Key, at now: Duration, _ body: (inout Entry) -> T) -> T {
        if entries[key] == nil, entries.count >= capacity { makeRoom(at: now) }
        var entry = entries[key] ?? Entry(counted: now, lineEnd: now, keptUntil: now, touched: now)
        entry.touched = now
        defer { entries[key] = entry }
        return body(&entry)
    }

    /// Drops what says nothing any more; when that is not a quarter, the quarter that was touched the longest time ago.
    private mutating func makeRoom(at now: Duration) {
        entries = entries.filter { _, entry in
            entry.pending > 0 || entry.lineEnd > now || Self.failures(of: entry, at: now) > 0 || entry.keptUntil > now
        }
        let most = capacity - max(1, capacity / 4)
        guard entries.count > most else { return }
        for (key, _) in entries.sorted(by: { $0.value.touched < $1.value.touched }).prefix(entries.count - most) {
            entries[key] = nil
        }
    }
}
