import Synchronization

extension MailStore {
    /// What is read back between two looks at whether mail has come: some 40 ms of a slow drive.
    private static let hurriedPiece = 4 << 20

    /// One step of a check while nothing else wants the machine. Messages are read back on one thread, what comes next in the pack is read
    /// on another, and what else is to be proven is proven on a third: a drive is as busy as it can be, and so are two processors.
    ///
    /// When mail comes to the store in use the reading ends at once, and only what a step without hurry would do too goes on to its end.
    func hurriedStep(_ course: inout StoreCheckCourse, behind inUse: MailStore, _ report: inout StoreCheckReport) async throws {
        guard let place = course.next else { return }
        let before = inUse.load.taken
        let hurries = inUse.hurry()
        if place.isMessages {
            let next = try await readBack(from: place, &report, while: hurries)
            return course.goOn(to: next)
        }
        let begin: StoreCheckPlace
        if let ahead = course.ahead { begin = ahead } else { begin = try await firstMessages() }
        let isProven = Flag()
        async let proof = prove(place, isProven, while: hurries)
        let end = try await readBack(from: begin, &report) { !isProven.isSet && !inUse.mailWaits(since: before) }
        let (next, found) = try await proof
        report.add(found)
        course.goOn(to: next, ahead: end ?? begin.end)
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

    /// Proves what lies before the messages, from `place` on.
    private func prove(_ place: StoreCheckPlace, _ isProven: Flag, while mayGoOn: @Sendable () -> Bool) async throws
        -> (StoreCheckPlace?, StoreCheckReport)
    {
        defer { isProven.set() }
        var report = StoreCheckReport()
        var next = try await checkStep(at: place, &report)
        while let place = next, !place.isMessages, mayGoOn() { next = try await checkStep(at: place, &report) }
        return (next, report)
    }
}

extension StoreCheckPlace {
    fileprivate var isMessages: Bool {
        if case .messages = self { true } else { false }
    }

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
