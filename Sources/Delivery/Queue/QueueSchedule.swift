/// When a recipient that could not be reached is tried again: F20–F22, as a pure function of ages.
///
/// The first try is made at once. The queue is looked through every *interval*, and what is due then is tried. After a failed try the
/// next one is due after the message's age, but not before *from* and not after *to*: the wait grows with the age, up to its limit.
/// Whoever fails at an age of *lifetime* or more has failed for good. Ages are differences of the queue's own clock, which does not jump.
public struct QueueSchedule: Hashable, Sendable {
    public let interval: Duration
    public let delayFrom: Duration
    public let delayTo: Duration
    public let lifetime: Duration
    /// The sender hears of a delay after this; zero: never.
    public let delayNotice: Duration

    public init(interval: Duration, delayFrom: Duration, delayTo: Duration, lifetime: Duration, delayNotice: Duration) {
        self.interval = interval
        self.delayFrom = delayFrom
        self.delayTo = max(delayFrom, delayTo)
        self.lifetime = lifetime
        self.delayNotice = delayNotice
    }

    public enum Verdict: Hashable, Sendable {
        case again(after: Duration)
        case expired
    }

    /// After a try that failed for now, of a message of this age.
    public func verdict(age: Duration) -> Verdict {
        let age = max(.zero, age)
        return age >= lifetime ? .expired : .again(after: min(max(age, delayFrom), delayTo))
    }

    /// Whether the sender of a message of this age is told of its delay, once.
    public func tellsDelay(age: Duration) -> Bool { delayNotice > .zero && age >= delayNotice }
}
