import NIOCore
import NIOPosix
import Synchronization

@testable import Connections

/// A client's end of a connection: it takes in whatever comes, at once, and hands it out by lines, however it was cut into packets.
final class ClientConnection: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    /// What came of waiting for a line.
    enum Heard {
        /// Without its CRLF.
        case line([UInt8])
        /// Nothing more comes; what there was of a line.
        case closed([UInt8])
        /// Nothing came in time; what there is of a line.
        case nothing([UInt8])
    }

    fileprivate struct State {
        var input: [UInt8] = []
        /// How much of `input` was handed out.
        var taken = 0
        var isClosed = false
        /// What came of TLS, once it was begun.
        var encryption: Result<TLSFacts, NoEncryption>?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let opened = Mutex<(any Channel)?>(nil)
    private static let loops = MultiThreadedEventLoopGroup.singleton

    static func open(port: Int) async throws -> ClientConnection {
        let connection = ClientConnection()
        let channel = try await ClientBootstrap(group: loops)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in channel.pipeline.addHandler(connection) }
            .connect(host: "127.0.0.1", port: port).get()
        connection.opened.withLock { $0 = channel }
        return connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        change { $0.input += bytes.readableBytesView }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? TLSEvent {
        case .established(let facts): change { $0.encryption = .success(facts) }
        case .failed(let reason): change { $0.encryption = .failure(NoEncryption(description: reason)) }
        case nil: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { change { $0.isClosed = true } }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Returns when the octets are the kernel's. That the server has gone shows at the next line that is waited for.
    func send(_ octets: [UInt8]) async {
        guard let channel = opened.withLock({ $0 }) else { return }
        try? await channel.writeAndFlush(ByteBuffer(bytes: octets))
    }

    struct NoEncryption: Error, CustomStringConvertible {
        let description: String
    }

    /// Speaks TLS from now on, with whoever shows whatever certificate.
    func encrypt() async throws {
        guard let channel = opened.withLock({ $0 }) else { return }
        try await channel.eventLoop.submit {
            guard let engine = TLSEngine(TLSClient(host: "mail.postern.test", proof: .none)) else { return }
            try channel.pipeline.syncOperations.addHandler(TLSHandler(engine), position: .first)
        }.get()
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            if let outcome = state.withLock({ $0.encryption }) {
                _ = try outcome.get()
                return
            }
            guard await news(before: deadline) else { throw NoEncryption(description: "nothing came of the handshake in 20 s") }
        }
    }

    func close() async { try? await opened.withLock { $0 }?.close() }

    func line(within limit: Duration) async -> Heard {
        let deadline = ContinuousClock.now + limit
        while true {
            let (line, isClosed, rest) = state.withLock { state -> ([UInt8]?, Bool, [UInt8]) in
                (state.takeLine(), state.isClosed, Array(state.input[state.taken...]))
            }
            if let line { return .line(line) }
            if isClosed { return .closed(rest) }
            guard await news(before: deadline) else { return .nothing(rest) }
        }
    }

    /// Waits until octets come or the connection ends; `false` when neither happens in time.
    private func news(before deadline: ContinuousClock.Instant) async -> Bool {
        let remaining = ContinuousClock.now.duration(to: deadline)
        guard remaining > .zero else { return false }
        let (seen, isUnencrypted) = state.withLock { ($0.input.count, $0.encryption == nil) }
        let alarm = Self.loops.next().scheduleTask(in: TimeAmount(remaining)) { self.change { _ in } }
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isNews = state.withLock { state in
                guard state.input.count == seen, (state.encryption == nil) == isUnencrypted, !state.isClosed else { return true }
                state.waiter = waiter
                return false
            }
            if isNews { waiter.resume() }
        }
        alarm.cancel()
        return true
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state in
            body(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

extension ClientConnection.State {
    /// The next whole line. Only CRLF ends one.
    fileprivate mutating func takeLine() -> [UInt8]? {
        var search = taken
        while let end = input[search...].firstIndex(of: 10) {
            if end > taken, input[end - 1] == 13 {
                defer {
                    taken = end + 1
                    if taken > 1 << 20 {
                        input.removeFirst(taken)
                        taken = 0
                    }
                }
                return Array(input[taken..<(end - 1)])
            }
            search = end + 1
        }
        return nil
    }
}
