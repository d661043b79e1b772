/// How a step of upkeep uses all of the machine while nothing else wants it.
extension MailStore {
    /// A step begins with nothing more after so long, so that it is short, and has much to do nevertheless where each piece is small.
    private static let longestHurry = Duration.milliseconds(50)

    /// Whether a step that begins now may begin with one more piece: for a while, and until mail comes.
    func hurry() -> @Sendable () -> Bool {
        let (taken, end) = (load.taken, ContinuousClock.now + Self.longestHurry)
        return { ContinuousClock.now < end && !self.mailWaits(since: taken) }
    }

    /// Mail shows by what makes every task rest: something waits, or was written meanwhile.
    func mailWaits(since taken: Int) -> Bool {
        let load = load
        return load.waiting > 0 || load.taken > taken + 4
    }
}
