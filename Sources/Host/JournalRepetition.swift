internal import MailCore
internal import Synchronization

/// Keeps a flood of equal lines from becoming a flood of the journal: of one text about one event and peer ten are written within a
/// minute; of those beyond it one line tells the number, when the minute is over.
///
/// What belongs to a mail's life is never left out, nor who has logged in or changed something.
final class JournalRepetition: Sendable {
    private struct Key: Hashable {
        let event: String
        /// Without its port, which every connection has another of.
        let peer: String
        let text: String
    }

    fileprivate struct Tally {
        /// Seconds of the clock that never goes back.
        let began: Int
        var told = 1
        var silent = 0
        /// The last one that was left out.
        var last: JournalFact?
    }

    static let most = 10
    static let interval = 60
    /// Texts that are kept count of; when there are more, all of them begin anew.
    private static let capacity = 1000

    private static let complete: Set<String> = ["login-succeeded", "admin-operation", "settings-changed"]

    private let state = Mutex<(tallies: [Key: Tally], swept: Int)>(([:], 0))

    /// What is to be written now, in this order: what the last minute's silence stands for, and `fact` itself when it is not left out.
    func admit(_ fact: JournalFact, at now: Int) -> [JournalFact] {
        let event = fact["event"] ?? ""
        guard fact["message"] == nil, !Self.complete.contains(event) else { return [fact] }
        let peer = fact["peer"].map { $0.halves(atLast: ":")?.before ?? $0[...] } ?? ""
        let key = Key(event: event, peer: String(peer), text: fact.message)
        return state.withLock { state in
            var lines = sweep(&state, now, leaving: key)
            if var tally = state.tallies[key], now - tally.began < Self.interval {
                guard tally.told < Self.most else {
                    tally.silent += 1
                    tally.last = fact
                    state.tallies[key] = tally
                    return lines
                }
                tally.told += 1
                state.tallies[key] = tally
            } else {
                if let line = state.tallies[key]?.line { lines.append(line) }
                state.tallies[key] = Tally(began: now)
            }
            return lines + [fact]
        }
    }

    /// Lines for what is over, at most once a second.
    private func sweep(_ state: inout (tallies: [Key: Tally], swept: Int), _ now: Int, leaving key: Key) -> [JournalFact] {
        guard state.swept != now || state.tallies.count >= Self.capacity else { return [] }
        state.swept = now
        let isFull = state.tallies.count >= Self.capacity
        let over = state.tallies.filter { $0.key != key && (isFull || now - $0.value.began >= Self.interval) }
        for key in over.keys { state.tallies[key] = nil }
        return over.values.sorted { $0.began < $1.began }.compactMap(\.line)
    }
}

extension JournalRepetition.Tally {
    /// `nil` when nothing was left out.
    fileprivate var line: JournalFact? { last.map { JournalFact($0, saidMore: silent) } }
}

extension JournalFact {
    subscript(name: String) -> String? { details.first { $0.name == name }?.value }

    /// Stands for lines that were left out.
    fileprivate init(_ fact: JournalFact, saidMore count: Int) {
        self.init(
            priority: fact.priority, levelName: fact.levelName,
            message: "\(fact.message) (\(count) more such \(count == 1 ? "line" : "lines") within a minute)", details: fact.details)
    }
}
