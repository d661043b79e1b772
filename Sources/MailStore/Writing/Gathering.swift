/// How long the writer waits for messages that are on their way in, so that they share its next commit: two syncs cost the same for
/// one message and for twenty.
///
/// | what was seen | what the next commits do |
/// |---|---|
/// | no message is coming in | go at once: who is alone never waits |
/// | messages are coming in | wait for them, for as long as a commit takes and at most ``longest`` |
/// | a wait brought nobody: who sends is slow | go at once 1, 2, 4 … ``mostSkips`` times before one waits again |
/// | a wait brought somebody | wait the next time, too |
struct Gathering {
    /// What a commit takes, in microseconds: it follows the last ones.
    private var commit: Int64 = 0
    private var skipsLeft = 0
    private var skips = 0

    /// However slow the drive is, nobody waits longer for others, in microseconds.
    static let longest: Int64 = 5000
    static let mostSkips = 64

    /// How long to wait for `arriving` messages, in microseconds; `nil`: not at all.
    mutating func patience(arriving: Int) -> Int64? {
        guard arriving > 0, commit > 0 else { return nil }
        guard skipsLeft == 0 else {
            skipsLeft -= 1
            return nil
        }
        return min(commit, Self.longest)
    }

    /// A wait is over and brought so many.
    mutating func brought(_ count: Int) {
        skips = count > 0 ? 0 : min(max(skips * 2, 1), Self.mostSkips)
        skipsLeft = skips
    }

    /// A commit took so many microseconds.
    mutating func committed(within microseconds: Int64) {
        commit += (microseconds - commit) / (commit == 0 ? 1 : 8)
    }
}
