/// How long a task rests after a step, so that mail goes first and an operator's limit is kept.
///
/// Mail shows in the store: verbs and reads that wait, and verbs that were taken up during the step. While there are some, a task
/// rests half as long again as it worked, so that two fifths of the drive's time are its own at most; a step of 4 MiB takes a drive
/// some 40 ms, which is what a delivery may find in its way. Without mail it does not rest at all.
struct Pace: Sendable {
    static let largestStep = 4 << 20
    private static let smallestStep = 64 << 10
    /// A rest for mail's sake never gets longer, however slow a step was: the task must come to its end.
    private static let longestCourtesy = Duration.seconds(1)

    /// Octets a second.
    var limit: Int?
    /// What was moved too fast so far, in seconds.
    private var debt = 0.0

    init(limit: Int?) { self.limit = limit }

    /// What a step may move: with a limit, what it allows in a quarter of a second.
    var budget: Int { limit.map { min(Self.largestStep, max(Self.smallestStep, $0 / 4)) } ?? Self.largestStep }

    mutating func rest(after bytes: Int, took: Duration, mailWaits: Bool) -> Duration {
        let worked = took.seconds
        var rest = mailWaits ? min(took * 3 / 2, Self.longestCourtesy) : .zero
        guard let limit, limit > 0 else {
            debt = 0
            return rest
        }
        // A slow minute earns no right to a fast one.
        debt = max(-1, debt + Double(bytes) / Double(limit) - worked)
        if debt > rest.seconds { rest = .microseconds(Int64(debt * 1_000_000)) }
        debt -= rest.seconds
        return rest
    }
}

/// How fast a task gets on: what it did in the last half minute or so.
struct RateMeter: Sendable {
    private var last: (time: Duration, done: Int)?
    /// A second.
    private(set) var rate: Double?

    mutating func note(_ done: Int, at time: Duration) {
        guard let (then, before) = last else { return last = (time, done) }
        let passed = (time - then).seconds
        guard passed >= 0.5 else { return }
        last = (time, done)
        let now = max(0, Double(done - before) / passed)
        let weight = min(1, passed / 15)
        rate = rate.map { $0 + (now - $0) * weight } ?? now
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
