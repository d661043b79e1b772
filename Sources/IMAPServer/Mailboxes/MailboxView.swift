import IMAPWire
import MailStore

/// A selected mailbox as its session was told of it. The store may be ahead; news bring the view up to it. RFC 3501 §5.2, §5.5
///
/// Lean, because a thousand idle sessions have one each: message numbers are runs of UIDs, and of the messages' flags nothing is
/// kept but the modification sequence up to which they were told.
struct MailboxView: Sendable {
    let id: MailboxID
    let isReadOnly: Bool
    let alarm: Alarm
    /// Ends the alarm when the view is given up.
    private let watch: Watch

    private(set) var numbers: SequenceNumbers
    /// The mailbox' keywords, as far as they were told; keyword `k` is bit `8 + k`.
    private(set) var keywords: [String]
    /// Everything up to here was told, or is in `expunged`.
    private var told: ModSeq
    /// Gone in the store, but their numbers are still in use. Ascending.
    private var expunged: [UID] = []
    /// Messages that this session was the first to be told of. RFC 3501 §2.3.2
    private(set) var recent: [ClosedRange<UID>] = []

    init(_ info: MailboxInfo, numbers: SequenceNumbers, isReadOnly: Bool, alarm: Alarm, watch: Watch) {
        id = info.id
        self.isReadOnly = isReadOnly
        self.alarm = alarm
        self.watch = watch
        self.numbers = numbers
        keywords = info.keywords
        told = info.highestModSeq
        if isReadOnly { borrowRecent(info.recent) }
    }

    /// Whether something waits to be told that the store need not be asked for.
    var hasExpunged: Bool { !expunged.isEmpty }
    /// From where on changes are news.
    var newsBegin: ModSeq { told }
    var recentCount: Int { recent.reduce(0) { $0 + (numbers.numbers(in: $1)?.count ?? 0) } }
    func isRecent(_ uid: UID) -> Bool { recent.contains { $0.contains(uid) } }

    /// Messages of a claim, as far as the session knows of them.
    mutating func claimed(from first: UID) {
        let last = numbers.lastUID
        guard first <= last else { return }
        recent = (recent + [first...last]).merged()
    }

    /// A session that only reads sees which messages are recent, but leaves them to others: the last ones of the mailbox.
    private mutating func borrowRecent(_ count: Int) {
        let count = min(count, numbers.count)
        recent = count == 0 ? [] : [numbers.uid(at: numbers.count - count + 1)...numbers.lastUID]
    }

    /// What the client must hear, in this order. RFC 3501 §7.3, §7.4
    struct News: Sendable {
        /// Message numbers, to be told from the last to the first.
        var expunged: [Int] = []
        var keywordsChanged = false
        var hasNewMessages = false
        var flags: [(number: Int, message: FlagResult)] = []
    }

    /// Brings the view up to the store's state. `knows` says of a change whether the client has heard of it already.
    mutating func apply(_ changes: MailboxChanges?, mayExpunge: Bool, knows: (FlagResult) -> Bool) -> News {
        var news = News()
        if let changes {
            expunged = Array(Set(expunged).union(changes.vanished.filter { numbers.number(of: $0) != nil })).sorted()
        }
        if mayExpunge, !expunged.isEmpty {
            news.expunged = numbers.remove(expunged)
            expunged = []
        }
        guard let changes else { return news }
        if changes.info.keywords != keywords {
            keywords = changes.info.keywords
            news.keywordsChanged = true
        }
        let last = numbers.lastUID
        for change in changes.changed {
            if change.uid > last {
                numbers.append(change.uid)
                news.hasNewMessages = true
            } else if !knows(change), let number = numbers.number(of: change.uid) {
                news.flags.append((number, change))
            }
        }
        told = changes.info.highestModSeq
        if isReadOnly { borrowRecent(changes.info.recent) }
        return news
    }
}
