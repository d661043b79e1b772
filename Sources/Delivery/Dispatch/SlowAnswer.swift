/// A worker's wait for somebody who may never answer: a name server, a host that is being connected to. Meanwhile its place among
/// the workers is somebody else's, so that thousands of dead ones hold nobody up who would be answered at once.
///
/// | the answer comes | the worker's place |
/// |---|---|
/// | within ``promptness`` | is kept |
/// | later | is given to others, and taken again when one is free |
/// | later, while ``Source/most`` wait so already | is kept; a look-up is given up |
final class SlowAnswer: Sendable {
    /// Most answers that ever come have come by then; and so many times two are less than the second in which mail leaves.
    static let promptness = Duration.milliseconds(300)

    enum Source: Hashable, Sendable {
        case nameServer
        case host

        /// Workers that wait besides those that have a place: some leased messages each, and a socket for a host. A look-up that is
        /// given up costs little, a host that is not tried long enough costs hours.
        var most: Int {
            switch self {
            case .nameServer: 500
            case .host: 1000
            }
        }
    }

    private let dispatcher: Dispatcher
    private let source: Source
    private let hop: NextHop
    /// Whether the place was given away.
    private let timer: Task<Bool, Never>

    /// `giveUp`: makes the wait end soon.
    init(from source: Source, on hop: NextHop, in dispatcher: Dispatcher, giveUp: (@Sendable () -> Void)? = nil) {
        self.dispatcher = dispatcher
        self.source = source
        self.hop = hop
        timer = Task {
            do {
                try await Task.sleep(for: Self.promptness)
            } catch {
                return false
            }
            if dispatcher.stepAside(for: source, on: hop) { return true }
            giveUp?()
            return false
        }
    }

    /// The answer is there: comes back when the worker has its place again.
    func end() async {
        timer.cancel()
        if await timer.value { await dispatcher.comeBack(from: source, on: hop) }
    }
}

extension Dispatcher {
    /// A look-up that ends early when this server stops, or when nobody answers and too many wait.
    func lookingUp<T: Sendable>(
        for hop: NextHop, _ body: @escaping @Sendable () async throws(RouteFailure) -> T
    ) async throws(RouteFailure) -> T {
        let work = Task { () -> Result<T, RouteFailure> in
            do throws(RouteFailure) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        let number = began(work.cancel)
        let slow = SlowAnswer(from: .nameServer, on: hop, in: self, giveUp: work.cancel)
        let result = await work.value
        lookUpEnded(number)
        await slow.end()
        return try result.get()
    }
}
