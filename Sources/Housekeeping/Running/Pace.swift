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

    /// Seconds by which a step that took long lets the next ones be early.
    private static let longestCredit = 0.25

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
        // A slow minute earns no right to a fast one, and a step that moved nothing earns none at all.
        let floor = bytes > 0 ? -Self.longestCredit : min(0, debt)
        debt = max(floor, debt + Double(bytes) / Double(limit) - worked)
        if debt > rest.seconds { rest = .microseconds(Int64(debt * 1_000_000)) }
        debt -= rest.seconds
        return rest
    }
}

/// How fast a task gets on: what it did in the last quarter of a minute.
struct RateMeter: Sendable {
    private static let span = Duration.seconds(15)
    /// What less time than this says is chance.
    private static let shortest = Duration.seconds(3)
    private var looks: [(time: Duration, done: Int)] = []

    mutating func note(_ done: Int, at time: Duration) {
        if let last = looks.last, time - last.time < .seconds(1) { return }
        looks.append((time, done))
        while looks.count > 2, time - looks[1].time >= Self.span { looks.removeFirst() }
    }

    /// A second; `nil` until it can be told.
    var rate: Double? {
        guard let first = looks.first, let last = looks.last, last.time - first.time >= Self.shortest else { return nil }
        return max(0, Double(last.done - first.done) / (last.time - first.time).seconds)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
