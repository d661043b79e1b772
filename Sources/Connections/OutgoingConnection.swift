internal import Glibc
public import MailCore
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Why no connection came about.
public enum ConnectFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nobody answered within the time.
    case timeout
    /// The system's error number: refused, no route.
    case system(Int32)
    /// The hub stops.
    case stopping

    public var description: String {
        switch self {
        case .timeout: "no answer in time"
        case .system(let errno): String(cString: strerror(errno))
        case .stopping: "the server is stopping"
        }
    }
}

extension ConnectionHub {
    /// Opens a connection to `peer` and runs `body` as its session: on the connection's event loop, with the same pulled input and
    /// deadlines as a peer's that came to us. When `body` returns, what was written is delivered and the connection closed.
    ///
    /// `from`: the source address; `nil` lets the system choose. `within`: for the connection to come about.
    public func connect<T: Sendable>(
        to peer: Peer, from source: IPAddress? = nil, within limit: Duration, _ body: @escaping @Sendable (Connection) async -> T
    ) async throws(ConnectFailure) -> T {
        let outcome: Result<T, ConnectFailure> = await withCheckedContinuation { continuation in
            let ending = Ending(continuation)
            let service = Service(name: "outgoing", limits: .none) { connection in
                let value = await body(connection)
                ending.end(.success(value))
            }
            open(peer, from: source, within: limit, as: service) { ending.end(.failure($0)) }
        }
        return try outcome.get()
    }

    private func open(
        _ peer: Peer, from source: IPAddress?, within limit: Duration, as service: Service,
        failed: @escaping @Sendable (ConnectFailure) -> Void
    ) {
        guard !isEnding else { return failed(.stopping) }
        let state = state
        do {
            let target = try SocketAddress(packedIPAddress: ByteBuffer(bytes: peer.address.octets), port: peer.port)
            var bootstrap = ClientBootstrap(group: state.outgoing)
                .connectTimeout(.nanoseconds(limit.wholeNanoseconds))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try ConnectionHub.equip(channel, for: peer, service, in: state) }
                }
            if let source {
                bootstrap = bootstrap.bind(to: try SocketAddress(packedIPAddress: ByteBuffer(bytes: source.octets), port: 0))
            }
            bootstrap.connect(to: target).whenFailure { [self] in failed(isEnding ? .stopping : ConnectFailure($0)) }
        } catch {
            failed(ConnectFailure(error))
        }
    }

    /// On the new channel's loop, before it is active.
    private static func equip(_ channel: any Channel, for peer: Peer, _ service: Service, in state: HubState) throws {
        guard let options = channel.syncOptions else { throw ChannelError.ioOnClosedChannel }
        _ = service.admit(peer.address)
        let number = state.connectionNumber.add(1, ordering: .relaxed).newValue
        let loop = state.serviceLoop(channel.eventLoop)
        let connection = Connection(channel: channel, peer: peer, number: number, service: service, loop: loop, isOutgoing: true)
        loop.dial(channel)
        do {
            try options.setOption(.maxMessagesPerRead, value: 1)
            try options.setOption(.recvAllocator, value: connection.readSize)
            try options.setOption(.allowRemoteHalfClosure, value: true)
            try channel.pipeline.syncOperations.addHandler(ConnectionHandler(connection))
        } catch {
            service.release(peer.address)
            throw error
        }
    }
}

/// Whoever waits for a session's result hears the first of its end and its failure.
private final class Ending<T: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Result<T, ConnectFailure>, Never>?>
    init(_ continuation: CheckedContinuation<Result<T, ConnectFailure>, Never>) { waiting = Mutex(continuation) }
    func end(_ result: Result<T, ConnectFailure>) { waiting.withLock { $0.take() }?.resume(returning: result) }
}

extension ServiceLimits {
    /// Connections that we open are bounded by who opens them.
    fileprivate static let none = ServiceLimits(maxConnections: { .max }, maxConnectionsPerAddress: { .max }, refusal: { _ in "" })
}

extension ConnectFailure {
    fileprivate init(_ error: any Error) {
        switch error {
        case ChannelError.connectTimeout: self = .timeout
        case let error as IOError: self = .system(error.errnoCode)
        case is EventLoopError: self = .stopping
        default: self = .system(ECONNABORTED)
        }
    }
}
