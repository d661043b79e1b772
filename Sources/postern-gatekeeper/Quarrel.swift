/// Whether somebody else undoes what we write, each time and at once: then both would write without end, and we come slower.
///
/// | state | the rules are no longer as we wrote them | we put them right | then |
/// |---|---|---|---|
/// | calm | later than `span` after our last writing | at once | calm, nothing is counted |
/// | calm | sooner | at once | counted; the `most`th in a row makes it a quarrel |
/// | quarrel | sooner | `span` after our last writing | quarrel |
/// | quarrel | later | at once | calm |
/// | both | not at all: what was changed is not ours | – | calm |
///
/// So nobody ever waits longer than `span`, half of the second in which permits must be back.
struct Quarrel {
    typealias Instant = ContinuousClock.Instant

    static let span = Duration.milliseconds(400)
    /// Scripts that build a ruleset command by command make a dozen changes in one breath.
    static let most = 20

    private var count = 0
    private var written: Instant?
    /// When the first change since our last writing was seen.
    private var seen: Instant?

    var isOn: Bool { count >= Self.most }

    /// Somebody has changed something. The moment from which it may be put right.
    @discardableResult
    mutating func changed(at now: Instant) -> Instant {
        if seen == nil { seen = now }
        guard isOn, isSoon, let written else { return now }
        return max(now, written + Self.span)
    }

    /// What was ours had to be put right.
    mutating func wrote(at now: Instant) {
        count = isSoon ? min(count + 1, Self.most) : 0
        written = now
        seen = nil
    }

    /// What was ours was as it should be.
    mutating func settled() {
        // Our own writing is looked at once more, too: that tells nothing of the others.
        guard seen != nil else { return }
        count = 0
        seen = nil
    }

    private var isSoon: Bool {
        guard let written, let seen else { return false }
        return seen < written + Self.span
    }
}
