import Synchronization

extension MailStore {
    /// What is read back between two looks at whether mail has come: some 40 ms of a slow drive.
    private static let hurriedPiece = 4 << 20
    /// A step that reads messages only ends after so long.
    private static let hurriedStep = Duration.milliseconds(50)

    /// One step of a check while nothing else wants the machine. Messages are read back on one thread, what comes next in the pack is read
    /// on another, and what else is to be proven is proven on a third: a drive is as busy as it can be, and so are two processors.
    ///
    /// `ahead`: up to where messages are read back before it is their turn; `nil`: none are. When it is, the next step is asked for from
    /// there. When mail comes the reading ends at once, and only what ``checkStep(at:limit:_:)`` would do too goes on to its end.
    public func hurriedCheckStep(at place: StoreCheckPlace, ahead: inout StoreCheckPlace?, _ report: inout StoreCheckReport)
        async throws -> StoreCheckPlace?
    {
        let before = load.taken
        if case .messages = place {
            let clock = ContinuousClock()
            let deadline = clock.now + Self.hurriedStep
            return try await readBack(from: place, &report) { clock.now < deadline && !self.mailWaits(since: before) }
        }
        let begin: StoreCheckPlace
        if let ahead { begin = ahead } else { begin = try await firstMessages() }
        let isProven = Flag()
        async let proof = prove(place, isProven)
        let end = try await readBack(from: begin, &report) { !isProven.isSet && !self.mailWaits(since: before) }
        ahead = end ?? begin.end
        let (next, found) = try await proof
        report.add(found)
        return next
    }

    /// Mail shows by what makes every task rest: something waits, or was written meanwhile.
    private func mailWaits(since taken: Int) -> Bool {
        let load = load
        return load.waiting > 0 || load.taken > taken + 4
    }

    private func readBack(
        from place: StoreCheckPlace, _ report: inout StoreCheckReport, while mayGoOn: () -> Bool
    ) async throws -> StoreCheckPlace? {
        let hand = PackInHand(helper: upkeep)
        defer { hand.close() }
        var next: StoreCheckPlace? = place
        repeat {
            guard let place = next else { break }
            next = try await readBack(from: place, limit: Self.hurriedPiece, hand, &report)
        } while mayGoOn()
        return next
    }

    private func prove(_ place: StoreCheckPlace, _ isProven: Flag) async throws -> (StoreCheckPlace?, StoreCheckReport) {
        defer { isProven.set() }
        var report = StoreCheckReport()
        let next = try await checkStep(at: place, &report)
        return (next, report)
    }
}

extension StoreCheckPlace {
    /// Behind the last message.
    fileprivate var end: StoreCheckPlace {
        guard case .messages(_, _, let last) = self else { return self }
        return .messages(pack: last + 1, offset: 0, last: last)
    }
}

/// It is set once.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
