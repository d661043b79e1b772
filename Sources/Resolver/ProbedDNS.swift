internal import Synchronization

/// The domain name system, validated as long as a probe says that it can be.
///
/// A gateway's name servers may hold back signatures: they are old, or a router that answers for them is. Whoever validates then finds
/// every answer of a signed zone forged, and with the root signed there is hardly another one: no mail would go.
///
/// | state | entered by | whose answers count | left by |
/// |---|---|---|---|
/// | unknown | the start | nobody's: questions wait | the end of the first probe |
/// | proved | a probe that succeeded | the validating one's | a probe that fails; an answer that seems forged is a reason for one |
/// | doubted | a probe that failed | the plain one's, all of them insecure | a probe that succeeds, made after ``firstInterval`` and then ever more seldom |
///
/// So a question is never answered worse than without validation. It is also never answered better than the name servers allow: whoever
/// can keep signatures from us turns validation off. Where that must not be, validation is demanded, and this is not used.
public final class ProbedDNS: DNS {
    public enum Standing: Hashable, Sendable {
        case unknown
        case proved
        /// A sentence without its end.
        case doubted(because: String)
    }

    /// From the first try to validate to the second: a gateway that starts may have no name server yet. From then on it is twice as long
    /// each time, up to the longest.
    static let firstInterval = Duration.seconds(10)
    static let longestInterval = Duration.seconds(600)
    /// Forged answers within this time are a reason for one probe: a probe is two questions, and a message that hears of a forged answer
    /// waits for hours.
    static let pause = Duration.seconds(1)

    private let validating: any DNS
    private let plain: any DNS
    private let probe: @Sendable () async -> String?
    private let changed: @Sendable (Standing) -> Void
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    private struct State {
        var standing = Standing.unknown
        var probing: Task<Standing, Never>?
        var lastProbe: ContinuousClock.Instant?
    }

    /// `probe`: why answers cannot be validated, from the name servers and not from a cache; `nil` when they can. `changed`: hears of every
    /// new state, but not of new reasons for an old one.
    public init(
        validating: any DNS, plain: any DNS, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        probe: @escaping @Sendable () async -> String?, changed: @escaping @Sendable (Standing) -> Void
    ) {
        self.validating = validating
        self.plain = plain
        self.now = now
        self.probe = probe
        self.changed = changed
    }

    public var standing: Standing { state.withLock { $0.standing } }

    /// Probes at once, and tries again while it is doubted. Works until it is cancelled.
    public func run() async {
        var interval = Self.firstInterval
        while !Task.isCancelled {
            if standing != .proved { _ = await probed(unlessWithin: Self.pause) }
            let isProved = standing == .proved
            try? await Task.sleep(for: isProved ? Self.longestInterval : interval)
            interval = isProved ? Self.firstInterval : min(interval * 2, Self.longestInterval)
        }
    }

    public func records(_ name: String, _ type: RecordType) async -> DNSAnswer<[UInt8]> {
        var standing = standing
        if standing == .unknown {
            guard let found = await probed(unlessWithin: .zero) else { return DNSAnswer(.failed(.timeout)) }
            standing = found
        }
        guard standing == .proved else { return await plain.records(name, type) }
        let answer = await validating.records(name, type)
        guard case .bogus? = answer.failure, let found = await probed(unlessWithin: Self.pause), found != .proved else { return answer }
        return await plain.records(name, type)
    }

    /// The state after a probe, or as it is when the last one is not that old; `nil` when the caller is cancelled before.
    private func probed(unlessWithin pause: Duration) async -> Standing? {
        let (standing, probing) = state.withLock { state in
            if let last = state.lastProbe, now() - last < pause { return (state.standing, nil as Task<Standing, Never>?) }
            let probing = state.probing ?? Task { await self.makeProbe() }
            state.probing = probing
            return (state.standing, probing)
        }
        guard let probing else { return standing }
        let (results, continuation) = AsyncStream.makeStream(of: Standing.self)
        Task {
            continuation.yield(await probing.value)
            continuation.finish()
        }
        for await result in results { return result }
        return nil
    }

    private func makeProbe() async -> Standing {
        let standing = await probe().map(Standing.doubted) ?? .proved
        let isNew = state.withLock { state in
            defer {
                state.standing = standing
                state.probing = nil
                state.lastProbe = now()
            }
            switch (state.standing, standing) {
            case (.proved, .proved), (.doubted, .doubted): return false
            default: return true
            }
        }
        if isNew { changed(standing) }
        return standing
    }
}
