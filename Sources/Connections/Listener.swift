internal import Glibc
internal import Logging
internal import MailCore
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// One listening socket of a service, and what becomes of the connections that it accepts.
final class Listener: Sendable {
    let service: Service
    /// As it was asked for; `nil` for an adopted socket.
    let address: ListenAddress?
    /// Where it listens, with the real port.
    let bound: Peer
    private let channel: any Channel
    /// The channel's, as long as that is active.
    private let descriptor: Int32

    private init(service: Service, address: ListenAddress?, bound: Peer, channel: any Channel, descriptor: Int32) {
        self.service = service
        self.address = address
        self.bound = bound
        self.channel = channel
        self.descriptor = descriptor
    }

    /// Closes our copy of the socket. Where somebody else has one (systemd, for our successor), peers can still connect.
    func close() async { try? await channel.close() }

    /// Closes the port itself, whoever else has copies of the socket: else peers would go on connecting to one that nobody accepts
    /// from, and no other socket could have the port. The kernel's own way back from LISTEN is shutdown(2).
    func closePort() async {
        try? await channel.eventLoop.flatSubmit { [channel, descriptor] in
            if channel.isActive { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return channel.close()
        }.get()
    }

    /// Takes over `descriptor`, which listens already.
    static func start(_ service: Service, descriptor: Int32, address: ListenAddress?, in hub: HubState) async throws -> Listener {
        let bootstrap = ServerBootstrap(group: hub.incoming)
            // Accepts for one turn of the loop: a burst of new peers must not keep those who are there waiting.
            .serverChannelOption(.maxMessagesPerRead, value: 16)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        DescriptorShortage(
                            listener: descriptor, reserve: hub.reserve, words: { service.limits.refusal(.noDescriptors) },
                            report: { hub.refusals.report(.noDescriptors, service: service.name, peer: nil) }))
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try welcome(channel, service, in: hub) }
            }
        let channel = try await bootstrap.withBoundSocket(descriptor).get()
        // NIO has set its own backlog.
        listen(descriptor, ListenSocket.backlog)
        guard let bound = channel.localAddress.flatMap(Peer.init) else {
            try await channel.close()
            throw ChannelError.unknownLocalAddress
        }
        return Listener(service: service, address: address, bound: bound, channel: channel, descriptor: descriptor)
    }

    /// On the new connection's loop, before it is active.
    private static func welcome(_ channel: any Channel, _ service: Service, in hub: HubState) throws {
        guard let options = channel.syncOptions, let peer = channel.remoteAddress.flatMap(Peer.init) else {
            throw ChannelError.ioOnClosedChannel
        }
        if let reason = service.admit(peer.address) {
            hub.refusals.report(reason, service: service.name, peer: peer)
            return try channel.pipeline.syncOperations.addHandler(RefusalHandler(service.limits.refusal(reason)))
        }
        let number = hub.connectionNumber.add(1, ordering: .relaxed).newValue
        let loop = hub.serviceLoop(channel.eventLoop)
        let connection = Connection(channel: channel, peer: peer, number: number, service: service, loop: loop)
        do {
            try options.setOption(.maxMessagesPerRead, value: 1)
            try options.setOption(.recvAllocator, value: connection.readSize)
            // A client that says QUIT and shuts its side still gets its answers.
            try options.setOption(.allowRemoteHalfClosure, value: true)
            try channel.pipeline.syncOperations.addHandler(ConnectionHandler(connection))
        } catch {
            service.release(peer.address)
            throw error
        }
    }
}
